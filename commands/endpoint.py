"""What `closeloop doctor` says of the language model's endpoint. Without it the rules reasoner stands in, so nothing here
keeps the service from running."""

import httpx

from settings import Settings

VENDOR = "https://api.openai.com/v1"
PATIENCE = 3.0
NAMED = 8
"""Models that are named where the wanted one is missing."""
STANDS_IN = "; until then the rules reasoner answers"


def look(settings: Settings) -> tuple[bool, str]:
    """Whether all is well, and a sentence that says what to do where it is not. Asks for the list of models, which costs
    nothing."""
    if not settings.model:
        unused = [name for name in ("model_fallback", "openai_base_url", "openai_api_key") if getattr(settings, name)]
        if unused:
            return False, f"{', '.join(each.upper() for each in unused)} without MODEL does nothing; set MODEL"
        return True, "none is set; the rules reasoner follows the playbooks"
    where = (settings.openai_base_url or VENDOR).rstrip("/")
    try:
        answer = httpx.get(f"{where}/models", headers=_key(settings), timeout=PATIENCE, trust_env=not _near(where))
    except (httpx.UnsupportedProtocol, httpx.InvalidURL):
        return False, f"OPENAI_BASE_URL {where} is no address, such as http://127.0.0.1:8080/v1"
    except httpx.HTTPError as error:
        said = f"nothing answers at {where} ({type(error).__name__}); start it, or correct OPENAI_BASE_URL"
        return False, said + STANDS_IN
    return _judged(settings, where, answer)


def _judged(settings: Settings, where: str, answer: httpx.Response) -> tuple[bool, str]:
    wanted = [name for name in (settings.model, settings.model_fallback) if name]
    if answer.status_code in (401, 403):
        return False, f"{where} does not accept OPENAI_API_KEY ({answer.status_code}); correct it{STANDS_IN}"
    if answer.status_code == 429 or answer.status_code >= 500:
        return False, f"{where} answers {answer.status_code} just now; try again later{STANDS_IN}"
    offered = _offered(answer)
    if offered is None:
        return (
            True,
            f"{where} answers without a list of models; whether it has {' and '.join(wanted)}, the first call shows",
        )
    missing = [name for name in wanted if name not in offered]
    if not missing:
        return True, f"{' and '.join(wanted)} at {where}"
    others = ", ".join(offered[:NAMED]) + (", …" if len(offered) > NAMED else "")
    return (
        False,
        f"{where} has no {' and no '.join(missing)}, but {others or 'no model at all'}; correct MODEL{STANDS_IN}",
    )


def _offered(answer: httpx.Response) -> list[str] | None:
    """The names; None from an endpoint that has no such list."""
    try:
        return [str(each["id"]) for each in answer.raise_for_status().json()["data"]]
    except (httpx.HTTPStatusError, ValueError, KeyError, TypeError):
        return None


def _key(settings: Settings) -> dict[str, str]:
    return {"Authorization": f"Bearer {settings.openai_api_key}"} if settings.openai_api_key else {}


def _near(where: str) -> bool:
    """A proxy of the environment is for far addresses."""
    return where.startswith(("http://127.", "http://localhost", "http://[::1]"))
