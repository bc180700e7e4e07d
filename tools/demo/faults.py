"""Fault switches: what can go wrong between a caller and a business system, on demand.

slow           the call waits `seconds`, then is worked on; a caller with less patience leaves before its effect
fail_before    503, nothing was done
timeout_after  the effect happens, then no answer comes: the line stays open for `seconds` and breaks off
fail_after     the effect happens, then 500
answer_twice   the call is processed once, but its answer holds everything twice, as an at-least-once delivery would:
               a list has each record twice, a write's answer has its effect twice (same reference)
die_before     the process is killed before the work
die_after      the effect happens, then the process is killed; its records are there when it starts again
"""

from dataclasses import dataclass, replace
from typing import Literal

Mode = Literal["slow", "fail_before", "timeout_after", "fail_after", "answer_twice", "die_before", "die_after"]
ANY = "*"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A switch that is on for the next `times` calls."""

    mode: Mode
    times: int
    seconds: float


class Faults:
    """The switches of one running demo company, one for each operation of a system, or `*` for all of a system."""

    def __init__(self) -> None:
        self._on: dict[tuple[str, str], Fault] = {}

    def set(self, system: str, operation: str, fault: Fault) -> None:
        """Replaces the switch that was set there."""
        self._on[system, operation] = fault

    def clear(self) -> None:
        self._on.clear()

    def take(self, system: str, operation: str) -> Fault | None:
        """The fault that meets this call, which uses it up once."""
        for place in ((system, operation), (system, ANY)):
            fault = self._on.get(place)
            if fault is not None and fault.times > 0:
                self._on[place] = replace(fault, times=fault.times - 1)
                return fault
        return None
