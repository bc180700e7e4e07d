"""The client side of the demo company's systems: one adapter per port, as an own system would bring one."""

from contextlib import AbstractAsyncContextManager

from tools.connections import Adapter, Connection, open_systems
from tools.demo.adapters import billing, commerce, crm, identity, incidents, scheduling, tracker, usage
from tools.systems import Systems

ADAPTERS: dict[str, Adapter] = {
    "crm": crm.connect,
    "billing": billing.connect,
    "commerce": commerce.connect,
    "identity": identity.connect,
    "scheduling": scheduling.connect,
    "tracker": tracker.connect,
    "incidents": incidents.connect,
    "usage": usage.connect,
}


def open_demo(
    url: str, *, connect_seconds: float, answer_seconds: float, **ports: object
) -> AbstractAsyncContextManager[Systems]:
    """All systems of the demo company that runs at `url`, and `ports` that are open already."""
    connections = {
        port: (
            adapter,
            Connection(port=port, options={"url": url}, connect_seconds=connect_seconds, answer_seconds=answer_seconds),
        )
        for port, adapter in ADAPTERS.items()
    }
    return open_systems(connections, **ports)
