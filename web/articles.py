"""The help centre as pages: what everybody may read, with an anchor for every passage that a reply may cite."""

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FunctionLoader, StrictUndefined

from knowledge.library import PAGES
from knowledge.links import anchors_of
from knowledge.passages import outline, plain, slug_of
from records.manifest import Filed
from web.doors import Doors, TheDoors
from web.rendered import rendered

router = APIRouter(tags=["service"])
PUBLIC = "public"
FOUND = 12
"""Passages that a search shows."""
GLIMPSE = 240
"""Characters of each."""
Json = dict[str, Any]


@router.get("/help", response_class=HTMLResponse, include_in_schema=False)
async def contents(doors: TheDoors, q: str = "") -> HTMLResponse:
    """Every article, or, with `q`, what a search finds."""
    asked = q.strip()
    found = await doors.services.search.search(asked, audiences=(PUBLIC,), limit=FOUND) if asked else None
    hits = [
        {
            "title": hit.passage.title,
            "heading": hit.passage.heading,
            "place": _place(hit.passage.article, hit.passage.id.removeprefix(f"{hit.passage.article}#")),
            "text": plain(hit.passage.text)[:GLIMPSE],
        }
        for hit in (found.hits if found else ())
    ]
    about: Json = {"asked": asked[:200], "hits": hits, "title": "Help", "language": _company(doors)["language"]}
    about["articles"] = [_entry(each) for each in _public(doors)]
    return _page("contents.html", doors, about)


@router.get("/help/{article:path}", response_class=HTMLResponse, include_in_schema=False)
async def article(doors: TheDoors, article: str) -> HTMLResponse:
    """One article; 404 for one that is not for everybody, as for one that is not there."""
    public = {each.id: each for each in _public(doors)}
    found = public.get(article)
    if found is None:
        return _page("missing.html", doors, {"title": "Not found", "asked": ""}, status=404)
    places = {each.file: (_place(each.id), anchors_of(each.body)) for each in public.values()}
    sections = [
        {
            "heading": "" if section.level == 1 and section.heading == found.title else section.heading,
            "level": min(max(section.level, 2), 6),
            "anchors": section.anchors or (slug_of(section.heading),),
            "html": rendered(section.text, found.body, found.file, places),
        }
        for section in outline(found.body)
    ]
    about: Json = {"title": found.title, "updated": found.updated.isoformat(), "language": found.language, "asked": ""}
    return _page("article.html", doors, about | {"sections": sections})


def _public(doors: Doors) -> list[Filed]:
    library = doors.services.library
    return library.articles(PUBLIC) if library else []


def _entry(filed: Filed) -> Json:
    return {"title": filed.title, "place": _place(filed.id), "language": filed.language}


def _place(article: str, anchor: str = "") -> str:
    return f"{PAGES}{quote(article)}" + (f"#{quote(anchor)}" if anchor else "")


def _company(doors: Doors) -> Json:
    company = doors.services.company.current()
    return {"company": company.name, "language": company.language}


def _page(template: str, doors: Doors, values: Json, *, status: int = 200) -> HTMLResponse:
    told = {**_company(doors), **values, "style": _style()}
    return HTMLResponse(_templates().get_template(template).render(**told), status, headers=_headers())


@cache
def _templates() -> Environment:
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, loader=FunctionLoader(_packaged))


def _packaged(name: str) -> str:
    return resources.files("web").joinpath(f"templates/help/{name}").read_text("utf-8")


@cache
def _style() -> str:
    return _packaged("help.css")


def _headers() -> dict[str, str]:
    """Nothing runs, nothing is loaded, nothing frames it; the search asks us alone; our own style, by its hash."""
    style = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return {
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }
