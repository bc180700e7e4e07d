"""Picks the disturbance that the customer may be feeling."""

from collections.abc import Sequence
from datetime import datetime

from records.ids import CustomerId
from tools.incidents.facts import Incident
from tools.sources import Focus, Source
from tools.systems import Systems


def pick_incident(incidents: Sequence[Incident]) -> Incident | None:
    """The first that is not resolved."""
    return next((incident for incident in incidents if incident.status != "resolved"), None)


async def read_incident(systems: Systems, _customer: CustomerId, _focus: Focus, _now: datetime) -> Incident | None:
    return pick_incident(await systems.incidents.incidents())


INCIDENT = Source(
    fact=Incident,
    system="incidents",
    about="Looks up whether there is a known disturbance of the service right now.",
    read=read_incident,
)
