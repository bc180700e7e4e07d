"""The limit on bodies, kept before anything reads them."""

from collections import deque

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from records.errors import TooLarge
from web.problems import problem

LARGEST_BODY = 64 * 1024


class BodyLimit:
    """Refuses bodies above `largest` bytes with 413: at once when they say so, else as soon as they are."""

    def __init__(self, app: ASGIApp, largest: int = LARGEST_BODY) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        read = None if self._declared(scope) > self._largest else await self._read(scope, receive)
        if read is None:
            refusal = TooLarge(f"A body may have {self._largest} bytes.", limit=self._largest)
            await problem(refusal, scope["path"], {"Connection": "close"})(scope, receive, send)
            return
        await self._app(scope, _Replay(read, receive), send)

    def _declared(self, scope: Scope) -> int:
        length = Headers(scope=scope).get("content-length", "0")
        return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0

    async def _read(self, scope: Scope, receive: Receive) -> deque[Message] | None:
        """The whole body as it came; None when it is too large."""
        headers = Headers(scope=scope)
        if (
            "content-length" not in headers
            and "transfer-encoding" not in headers
            and scope["method"] in ("GET", "HEAD")
        ):
            return deque()
        read: deque[Message] = deque()
        size = 0
        while not read or read[-1].get("more_body"):
            read.append(await receive())
            size += len(read[-1].get("body", b""))
            if size > self._largest:
                return None
        return read


class _Replay:
    """Gives what was read, then whatever else comes."""

    def __init__(self, read: deque[Message], receive: Receive) -> None:
        self._read = read
        self._receive = receive

    async def __call__(self) -> Message:
        return self._read.popleft() if self._read else await self._receive()
