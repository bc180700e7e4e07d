"""The page a customer was on: what it adds to their words. It is as untrusted as they are, and entitles to nothing."""

from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from graph.state import Request
from policy.company import Company
from policy.entities import Context

Page = Mapping[str, str]


def words_of(page: Page) -> str:
    """What the page is called, for a search: section and title."""
    return " ".join(dict.fromkeys(part for part in (page.get("section", ""), page.get("title", "")) if part))


def filled(company: Company, request: Request, page: Page, context: Context) -> Request:
    """The request with those slots from the page that the playbook wants from there and the customer has not filled."""
    playbook = company.playbooks.get(request["intent"])
    if not page or playbook is None or request["status"] != "open":
        return request
    told = dict(page) | {"words": f"{words_of(page)}\n{_path_of(page)}"}
    found = {slot.name: slot.from_page(told, context) for slot in playbook.slots}
    return {**request, "slots": {n: value for n, value in found.items() if value is not None} | request["slots"]}


def _path_of(page: Page) -> str:
    return unquote(urlsplit(page.get("url", "")).path).replace("/", " ").replace("-", " ").replace("_", " ")
