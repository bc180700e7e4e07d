"""Picks the disturbance, the errors and the release that may be what the customer is feeling."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from records.ids import CustomerId
from tools.areas import same_area
from tools.incidents.facts import Deployment, ErrorLog, Incident, StatusPage
from tools.incidents.port import LoggedError
from tools.sources import Focus, Source, access_own, same_id
from tools.systems import Systems

STILL_TOLD = timedelta(days=2)
"""How long after its end an incident explains what a customer writes about its area."""


def pick_incident(incidents: Sequence[Incident], focus: Focus, now: datetime) -> Incident | None:
    """The one that something is `about`; else the first that is not resolved, about the area in focus if there is one;
    about that area also one that was resolved in the last two days."""
    about = next((each for each in incidents if focus.get("about") and same_id(each.id, str(focus["about"]))), None)
    if about is not None:
        return about
    area = focus.get("area", "")
    mine = [each for each in incidents if not area or same_area(area, each.component)]
    still = [each for each in mine if each.status != "resolved"]
    over = [each for each in mine if area and each.resolved_at and now - each.resolved_at < STILL_TOLD]
    return next(iter([*still, *over]), None)


def pick_errors(errors: Sequence[LoggedError], customer: CustomerId, focus: Focus) -> ErrorLog:
    """The latest in the area in focus, or of all without one."""
    area = focus.get("area", "")
    mine = sorted((each for each in errors if not area or same_area(area, each.area)), key=_logged, reverse=True)
    if not mine:
        return ErrorLog(customer=customer, area=area, code="", message="", count=0, last_at=None, others=[])
    first, others = mine[0], [each.code for each in mine[1:]]
    return ErrorLog(
        customer=customer,
        area=first.area,
        code=first.code,
        message=first.message,
        count=first.count,
        last_at=first.last_at,
        others=others,
    )


def _logged(error: LoggedError) -> tuple[datetime, str]:
    return (error.last_at, error.id)


def pick_deployment(deployments: Sequence[Deployment], focus: Focus, now: datetime) -> Deployment | None:
    """The latest that is out, of the area in focus if there is one."""
    area = focus.get("area", "")
    mine = [each for each in deployments if each.released_at <= now and (not area or same_area(area, each.area))]
    return max(mine, key=_released, default=None)


def _released(deployment: Deployment) -> tuple[datetime, str]:
    return (deployment.released_at, deployment.id)


async def read_incident(systems: Systems, _customer: CustomerId, focus: Focus, now: datetime) -> Incident | None:
    return pick_incident(await systems.incidents.incidents(), focus, now)


async def read_status_page(systems: Systems, _customer: CustomerId, _focus: Focus, _now: datetime) -> StatusPage:
    open_ones = [each.title for each in await systems.incidents.incidents() if each.status != "resolved"]
    return StatusPage(open=len(open_ones), titles=open_ones)


async def read_error_log(systems: Systems, customer: CustomerId, focus: Focus, _now: datetime) -> ErrorLog:
    found = await systems.incidents.errors(customer)
    return pick_errors([each for each in found if access_own(each, customer)], customer, focus)


async def read_deployment(systems: Systems, _customer: CustomerId, focus: Focus, now: datetime) -> Deployment | None:
    return pick_deployment(await systems.incidents.deployments(), focus, now)


INCIDENT = Source(
    fact=Incident,
    system="incidents",
    about="Looks up whether there is a known disturbance of the service right now, in an area of the product if one is"
    " given.",
    read=read_incident,
    focus=("area", "about"),
)
STATUS_PAGE = Source(
    fact=StatusPage,
    system="incidents",
    about="Looks up all disturbances of the service that are known right now.",
    read=read_status_page,
)
ERROR_LOG = Source(
    fact=ErrorLog,
    system="incidents",
    about="Looks up the latest errors in the customer's workspace: code, message, how often and when.",
    read=read_error_log,
    focus=("area",),
)
DEPLOYMENT = Source(
    fact=Deployment,
    system="incidents",
    about="Looks up the latest release of the product, of one area if one is given: version, when, and what changed.",
    read=read_deployment,
    focus=("area",),
)
