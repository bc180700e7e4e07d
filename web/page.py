"""The page a customer was on when they wrote, as the host application tells it: untrusted, and never a reason to do
anything. It helps to understand, to search, and to describe a bug."""

from typing import Annotated
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, Field

from records.errors import Unprocessable
from web import text

LONGEST_BROWSER = 300
_SECRET = ("token", "key", "secret", "password", "passwd", "pwd", "code", "auth", "session", "sid", "signature", "sig")
REMOVED = "removed"


class Page(BaseModel):
    """`section`: the way to it, such as `Reports > Weekly`. `error`: what the page showed the customer, if anything."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(min_length=1, max_length=2000)
    title: str = Field(max_length=300)
    section: str | None = Field(default=None, max_length=200)
    locale: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$")] | None = None
    error: str | None = Field(default=None, max_length=2000)


def kept(page: Page | None, user_agent: str | None) -> dict[str, str] | None:
    """What is stored with the message: the fields that were given, and the browser. Raises Unprocessable for an address
    that is none, or one with a password in it, and for control characters."""
    if page is None:
        return None
    fields = {name: text.printable(value).strip() for name, value in page.model_dump(exclude_none=True).items()}
    browser = "".join(char for char in user_agent or "" if char.isprintable())[:LONGEST_BROWSER]
    found = fields | {"url": _address(fields["url"]), "browser": browser}
    return {name: value for name, value in found.items() if value}


def _address(url: str) -> str:
    """The address without its fragment; parameters that look like secrets lose their values."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as error:
        raise Unprocessable("page.url is not an address.") from error
    if parts.scheme not in ("http", "https") or not host or any(char.isspace() for char in url):
        raise Unprocessable("page.url must be an http or https address.")
    if parts.username is not None or parts.password is not None:
        raise Unprocessable("page.url may not hold a user or a password.")
    return urlunsplit((parts.scheme, parts.netloc, parts.path, _without_secrets(parts.query), ""))


def _without_secrets(query: str) -> str:
    given = parse_qsl(query, keep_blank_values=True)
    if not any(_is_secret(name) for name, _ in given):
        return query
    return urlencode([(name, REMOVED if _is_secret(name) else value) for name, value in given])


def _is_secret(name: str) -> bool:
    return any(word in name.casefold() for word in _SECRET)
