"""Whether a model at an endpoint is worth asking: its breaker, as business systems have one (tools/breaker.py).

While it is open nobody waits for the endpoint: whoever is next in line is asked at once. One attempt tries it again now
and then; that one is a customer's too, so it is not repeated.
"""

from graph.reasoners.model.failures import DOWN, ModelFailed
from tools.answers import SystemUnavailable
from tools.breaker import Breaker, State


class Health:
    """Of one model at one endpoint; without a breaker it is always worth asking."""

    def __init__(self, breaker: Breaker | None = None) -> None:
        self._breaker = breaker

    @property
    def state(self) -> State:
        return self._breaker.state if self._breaker else "closed"

    def admit(self) -> bool:
        """Whether the attempt that is about to be made is the probe. Raises ModelFailed when it must not be made."""
        try:
            return self._breaker.admit() if self._breaker else False
        except SystemUnavailable as error:
            raise ModelFailed("left_alone", error.detail) from error

    def note(self, failed: ModelFailed | None, *, probe: bool) -> None:
        """How the attempt ended."""
        if self._breaker is None or (failed and failed.kind == "left_alone"):
            return
        if failed and failed.kind in DOWN:
            self._breaker.failed(probe=probe)
        else:
            self._breaker.succeeded(probe=probe)
