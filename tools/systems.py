"""The company's systems by port. A port is a Protocol (`tools/<system>/port.py`); what serves it is the company's choice.

Every look-up takes the customer and answers only with that customer's records (None when there is no such record of
theirs). A port raises `SystemTimeout` when it does not know whether a call had its effect, `SystemUnavailable` when it
knows it had none, `SystemRefused` when the system said no.
"""

from collections.abc import Mapping
from typing import Any, cast

from tools.answers import SystemUnavailable
from tools.billing.port import Billing
from tools.breaker import Breaker, Guarded
from tools.commerce.port import Commerce
from tools.crm.port import Crm
from tools.history.port import History
from tools.identity.port import Identity
from tools.incidents.port import Incidents
from tools.scheduling.port import Scheduling
from tools.tracker.port import Tracker
from tools.usage.port import ProductUse


class Systems:
    """What is connected. A port that is not connected answers like a system that is down: nothing was done."""

    def __init__(self, ports: Mapping[str, object], breakers: Mapping[str, Breaker] | None = None) -> None:
        self._bare = dict(ports)
        self._breakers = dict(breakers or {})
        guarded = {name: Guarded(ports[name], each) for name, each in self._breakers.items() if name in ports}
        self._ports = {**ports, **guarded}

    def port(self, name: str) -> Any:
        """Raises SystemUnavailable when no system is connected there."""
        if name not in self._ports:
            raise SystemUnavailable(f"No system is connected for {name}.", system=name)
        return self._ports[name]

    def with_ports(self, **ports: object) -> "Systems":
        """The same with other systems at some ports."""
        return Systems({**self._bare, **ports}, self._breakers)

    def guarded(self, breakers: Mapping[str, Breaker]) -> "Systems":
        """The same, each port behind its breaker, if it has one."""
        return Systems(self._bare, breakers)

    def too_slow(self, name: str) -> None:
        """Whoever waited for this system gave up: for its breaker, that is a failure."""
        if name in self._breakers:
            self._breakers[name].failed()

    @property
    def broken(self) -> dict[str, str]:
        """The systems that are left alone for a while, each with the state of its breaker: open or half_open."""
        return {name: each.state for name, each in self._breakers.items() if each.state != "closed"}

    @property
    def crm(self) -> Crm:
        return cast(Crm, self.port("crm"))

    @property
    def billing(self) -> Billing:
        return cast(Billing, self.port("billing"))

    @property
    def commerce(self) -> Commerce:
        return cast(Commerce, self.port("commerce"))

    @property
    def identity(self) -> Identity:
        return cast(Identity, self.port("identity"))

    @property
    def scheduling(self) -> Scheduling:
        return cast(Scheduling, self.port("scheduling"))

    @property
    def tracker(self) -> Tracker:
        return cast(Tracker, self.port("tracker"))

    @property
    def incidents(self) -> Incidents:
        return cast(Incidents, self.port("incidents"))

    @property
    def usage(self) -> ProductUse:
        return cast(ProductUse, self.port("usage"))

    @property
    def history(self) -> History:
        return cast(History, self.port("history"))
