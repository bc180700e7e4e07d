"""Rates, kept before anything of a request is read: what is refused here has left no trace."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from policy.usage import Rate, Usage, Who
from records import rates
from records.errors import CloseloopError, TooMany
from records.rates import Counted, Standing
from web.callers import Calling, calling_of
from web.doors import Doors
from web.problems import problem

UNCOUNTED = ("/health",)
"""What watches over the service must not be told to wait."""
STREAM_WAIT = 5
"""Seconds after which it is worth trying again to open a stream: nobody knows when one will be closed."""


class RateLimit:
    """Refuses with 429 what comes too often, and tells every caller how they stand: `RateLimit` and `RateLimit-Policy`
    (draft-ietf-httpapi-ratelimit-headers). Rates are shared by all processes, streams are counted in this one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._open: Counter[tuple[Who, str]] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        doors = getattr(scope["app"].state, "doors", None) if scope["type"] == "http" else None
        if doors is None or not doors.limited or scope["path"] in UNCOUNTED:
            await self._app(scope, receive, send)
            return
        calling, usage = calling_of(scope, doors.tokens), doors.services.company.current().usage
        full = self._full(calling, usage)
        with self._held(calling):
            standing, refusal = ([], full) if full else await _asked(doors, calling, usage)
            answer = problem(refusal, scope["path"]) if refusal else self._app
            await answer(scope, receive, _Told(send, headers_of(standing)))

    def _full(self, calling: Calling, usage: Usage) -> TooMany | None:
        """The refusal, when the caller holds as many streams as they may."""
        for who, whose in calling.whose.items() if calling.stream else ():
            if self._open[who, whose] >= usage.streams[who]:
                return TooMany(f"{usage.streams[who]} streams are open already.", retry_after=STREAM_WAIT)
        return None

    @contextmanager
    def _held(self, calling: Calling) -> Iterator[None]:
        """Counts the stream for as long as its answer lasts."""
        held = list(calling.whose.items()) if calling.stream else []
        self._open.update(held)
        try:
            yield
        finally:
            self._open.subtract(held)
            if held:
                self._open += Counter()  # forgets those who hold none


class _Told:
    """Adds how the caller stands to the answer."""

    def __init__(self, send: Send, told: Mapping[str, str]) -> None:
        self._send = send
        self._told = told

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(self._told)
        await self._send(message)


async def _asked(doors: Doors, calling: Calling, usage: Usage) -> tuple[list[Standing], CloseloopError | None]:
    """How the caller stands, and the refusal if there is one; a refused request is not counted."""
    counted = _counted(calling, usage)
    standing: list[Standing] = []
    try:
        async with doors.services.database.transaction() as conn:
            standing = await rates.take(conn, counted, now=doors.services.clock.now())
            wait = max((each.wait for each in standing), default=0)
            if wait:
                detail = f"Too many {calling.act} within a short time. Try again in {wait} seconds."
                raise TooMany(detail, retry_after=wait)
    except CloseloopError as error:
        return standing, error
    return standing, None


def _counted(calling: Calling, usage: Usage) -> list[Counted]:
    found = [
        _counted_by(calling, who, whose, rate)
        for who, whose in calling.whose.items()
        for rate in usage.rates[calling.act].get(who, ())
    ]
    return list(dict.fromkeys(found))


def _counted_by(calling: Calling, who: Who, whose: str, rate: Rate) -> Counted:
    return Counted(name=f"{calling.act}-{who}", whose=whose, amount=rate.amount, seconds=rate.seconds)


def headers_of(standing: list[Standing]) -> dict[str, str]:
    """All rates as policies, and how the tightest of them stands."""
    if not standing:
        return {}
    tightest = min(standing, key=_left)
    return {
        "RateLimit-Policy": ", ".join(f'"{s.rate.name}";q={s.rate.amount};w={s.rate.seconds}' for s in standing),
        "RateLimit": f'"{tightest.rate.name}";r={tightest.left};t={tightest.wait or tightest.full}',
    }


def _left(standing: Standing) -> tuple[int, int]:
    return standing.left, -standing.wait
