"""A breaker for each business system: after too many failures its calls fail at once, and nothing is sent.

| state     | calls                                   | moves on                                                              |
|-----------|-----------------------------------------|-----------------------------------------------------------------------|
| closed    | go through                              | open: `failures` of them failed within `window`, and half of all calls |
| open      | SystemUnavailable, without being sent   | half open: `pause` after it opened                                    |
| half open | one goes through, as a probe            | closed: the probe succeeded; open: it failed                          |

A refusal is an answer: the system works. What an open breaker says of a write is certain, since it was not sent; what it
says of a look-up afterwards is that nobody can tell (`tools/executor.py`). Each process has breakers of its own.
"""

import inspect
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import structlog

from records.clock import Clock
from tools.answers import SystemRefused, SystemTimeout, SystemUnavailable

State = Literal["closed", "open", "half_open"]

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Endurance:
    """When a breaker opens, and for how long."""

    failures: int = 5
    window: timedelta = timedelta(seconds=30)
    pause: timedelta = timedelta(seconds=15)


class Breaker:
    """Of one system."""

    def __init__(self, system: str, clock: Clock, endurance: Endurance) -> None:
        self._system = system
        self._clock = clock
        self._endurance = endurance
        self._calls: deque[tuple[datetime, bool]] = deque()
        self._opened: datetime | None = None
        self._probing = False

    @property
    def state(self) -> State:
        if self._opened is None:
            return "closed"
        return "open" if self._clock.now() < self._opened + self._endurance.pause else "half_open"

    def admit(self) -> bool:
        """Whether the call that is about to be made is the probe. Raises SystemUnavailable when it must not be made."""
        if self.state == "closed":
            return False
        if self.state == "open" or self._probing:
            raise SystemUnavailable(f"{self._system} fails too often; it is left alone.", system=self._system)
        self._probing = True
        return True

    def succeeded(self, *, probe: bool) -> None:
        if probe:
            self._probing, self._opened = False, None
            self._calls.clear()
            log.warning("breaker.closed", system=self._system)
        elif self._opened is None:
            self._remember(ok=True)

    def failed(self, *, probe: bool = False) -> None:
        if probe:
            self._probing, self._opened = False, self._clock.now()
        elif self._opened is None:
            self._remember(ok=False)
            failures = sum(not ok for _, ok in self._calls)
            if failures >= self._endurance.failures and 2 * failures >= len(self._calls):
                self._opened = self._clock.now()
                log.warning("breaker.opened", system=self._system, failures=failures)

    def _remember(self, *, ok: bool) -> None:
        now = self._clock.now()
        self._calls.append((now, ok))
        while self._calls[0][0] <= now - self._endurance.window:
            self._calls.popleft()


class Guarded:
    """A port behind its breaker: the same methods."""

    def __init__(self, port: object, breaker: Breaker) -> None:
        self._port = port
        self._breaker = breaker

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        return _Method(found, self._breaker) if inspect.iscoroutinefunction(found) else found


class _Method:
    def __init__(self, method: Callable[..., Any], breaker: Breaker) -> None:
        self._method = method
        self._breaker = breaker

    async def __call__(self, *given: Any, **named: Any) -> Any:
        probe = self._breaker.admit()
        try:
            answer = await self._method(*given, **named)
        except (SystemTimeout, SystemUnavailable):
            self._breaker.failed(probe=probe)
            raise
        except SystemRefused:
            self._breaker.succeeded(probe=probe)
            raise
        except BaseException:  # given up, or an adapter that is broken in itself: this says nothing of the system
            if probe:
                self._breaker.failed(probe=True)
            raise
        self._breaker.succeeded(probe=probe)
        return answer
