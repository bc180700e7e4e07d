"""The running service, over HTTP, as a command sees it. Whatever goes wrong on the way is one sentence."""

import json
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from commands.screen import Sorry
from settings import Settings

Json = dict[str, Any]
UNPRINTABLE = ("Cc", "Cf", "Cs")
PATIENCE = httpx.Timeout(10.0, read=30.0)
"""A stream has a heartbeat every 15 seconds; without one for 30 the line is dead."""


class Refused(Sorry):
    """The service refused. `problem` is what it said (RFC 9457)."""

    def __init__(self, problem: Json) -> None:
        self.problem = problem
        self.code = int(problem.get("status", 0))
        super().__init__(str(problem.get("detail", "The service refused this.")))


class Cut(Sorry):
    """The connection to the service broke. What it had accepted, it goes on with."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """An event of a conversation, as the service streams it."""

    seq: int
    kind: str
    data: Json


@dataclass(frozen=True, kw_only=True)
class Service:
    """Calls one service with one token. Raises Refused, Cut, or Sorry when there is no service. `page`: where whoever
    writes is, or ""."""

    url: str
    token: str = field(default="", repr=False)
    page: str = ""

    def get(self, path: str, **query: Any) -> Json:
        return self._call("GET", path, params=query)

    def post(self, path: str, body: Json | None = None) -> Json:
        return self._call("POST", path, json=body or {})

    def _call(self, method: str, path: str, **content: Any) -> Json:
        with self._line() as http:
            return _answer(self.url, http.request(method, path, **content))

    def say(self, conversation: str, text: str) -> Iterator[Told]:
        """Sends the customer's message; the events until it is answered."""
        page = {"page": {"url": self.page, "title": ""}} if self.page else {}
        return self._events("POST", f"/conversations/{conversation}/messages", json={"text": text} | page)

    def events(self, conversation: str, *, after: int = 0, follow: bool = True) -> Iterator[Told]:
        query = {"after": after, "follow": str(follow).lower()}
        return self._events("GET", f"/conversations/{conversation}/events", params=query)

    def ingest(self) -> Iterator[Told]:
        """Takes the articles in; events `progress`, then `finished` or `failed`."""
        return self._events("POST", "/knowledge/ingest", json={})

    def _events(self, method: str, path: str, **content: Any) -> Iterator[Told]:
        accept = {"Accept": "text/event-stream"}
        with self._line() as http, http.stream(method, path, headers=accept, **content) as response:
            if response.is_error:
                response.read()
                _answer(self.url, response)
            yield from told(response.iter_lines())

    @contextmanager
    def _line(self) -> Iterator[httpx.Client]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            with httpx.Client(base_url=self.url, headers=headers, timeout=PATIENCE, trust_env=not self._near()) as http:
                yield http
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise Sorry(
                f"Nothing answers at {self.url}. Start the service (make run, or closeloop serve), or name it with --url."
            ) from error
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise Sorry(f"{self.url} is not the address of a service, such as http://127.0.0.1:8000.") from error
        except httpx.HTTPError as error:
            raise Cut from error

    def _near(self) -> bool:
        """A proxy of the environment is for far addresses."""
        return self.url.startswith(("http://127.", "http://localhost", "http://[::1]"))


def url_of(settings: Settings, given: str | None = None) -> str:
    """Where the service of these settings can be called, unless an address is given."""
    if given:
        return given.rstrip("/")
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - not bound to, called
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def told(lines: Iterable[str]) -> Iterator[Told]:
    """The events of a stream of server-sent events; heartbeats are left out."""
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        if name:
            fields[name] = value.removeprefix(" ")
        elif "data" in fields and not line:
            yield Told(
                seq=int(fields.get("id", 0)), kind=fields.get("event", ""), data=printable(json.loads(fields["data"]))
            )
            fields = {}


def printable(value: Any) -> Any:
    """JSON without the characters that would steer a terminal: whoever wrote a record or a message does not own it."""
    match value:
        case str():
            return "".join(char for char in value if char in "\n\t" or unicodedata.category(char) not in UNPRINTABLE)
        case dict():
            return {key: printable(each) for key, each in value.items()}
        case list():
            return [printable(each) for each in value]
        case _:
            return value


def _answer(url: str, response: httpx.Response) -> Json:
    try:
        body = printable(response.json())
    except ValueError:
        body = None
    if not isinstance(body, dict) or (response.is_error and "detail" not in body):
        raise Sorry(f"{url} answered {response.status_code}, but not as Closeloop does. Is this the right address?")
    if response.is_error:
        raise Refused({"status": response.status_code, **body})
    return body
