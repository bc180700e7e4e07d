"""Picks the metric, the feature or the access that is meant, out of what the customer's plan has."""

from collections.abc import Sequence
from datetime import datetime

from records.ids import CustomerId
from tools.areas import named
from tools.sources import Focus, Source, access_own, same_id
from tools.systems import Systems
from tools.usage.facts import Entitlement, Feature, Usage
from tools.usage.port import Meter


def counted(meter: Meter) -> Usage:
    """The meter with its share; where nothing is included, any use is all of it."""
    share = meter.used * 100 // meter.included if meter.included else 100 * bool(meter.used)
    return Usage(
        customer=meter.customer,
        metric=meter.metric,
        used=meter.used,
        included=meter.included,
        per_cent=share,
        left=max(meter.included - meter.used, 0),
        next_plan=meter.next_plan,
        next_included=meter.next_included,
        next_price=meter.next_price,
        currency=meter.currency,
        resets_at=meter.resets_at,
        at_limit=meter.at_limit,
    )


def pick_usage(meters: Sequence[Meter], focus: Focus) -> Usage | None:
    """Of the metric in focus, None if there is no such; without one, of the metric that is used up most."""
    if focus.get("metric"):
        meters = [meter for meter in meters if named(focus["metric"], [meter.metric, *meter.words])]
    return max(map(counted, meters), key=_share, default=None)


def _share(usage: Usage) -> tuple[int, str]:
    return (usage.per_cent, usage.metric)


def pick_feature(features: Sequence[Feature], focus: Focus) -> Feature | None:
    """The feature that is named with the most words."""
    best = max(features, key=lambda feature: _fit(feature, focus), default=None)
    return best if best and _fit(best, focus) else None


def _fit(feature: Feature, focus: Focus) -> int:
    return named(focus.get("feature", ""), [feature.title, *feature.words])


def pick_entitlement(entitlements: Sequence[Entitlement], focus: Focus) -> Entitlement | None:
    """The access in focus by its id, else by its name; without one the latest that is not active, else the latest."""
    if focus.get("entitlement"):
        return next((each for each in entitlements if same_id(each.id, focus["entitlement"])), None)
    if focus.get("access"):
        entitlements = [each for each in entitlements if named(focus["access"], [each.name, *each.words])]
    return max(entitlements, key=_closed_then_latest, default=None)


def _closed_then_latest(entitlement: Entitlement) -> tuple[bool, datetime, str]:
    return (entitlement.status != "active", entitlement.changed_at, entitlement.id)


async def read_usage(systems: Systems, customer: CustomerId, focus: Focus, _now: datetime) -> Usage | None:
    found = await systems.usage.meters(customer)
    return pick_usage([meter for meter in found if access_own(meter, customer)], focus)


async def read_feature(systems: Systems, customer: CustomerId, focus: Focus, _now: datetime) -> Feature | None:
    if not focus.get("feature"):
        return None
    found = await systems.usage.features(customer)
    return pick_feature([feature for feature in found if access_own(feature, customer)], focus)


async def read_entitlement(systems: Systems, customer: CustomerId, focus: Focus, _now: datetime) -> Entitlement | None:
    found = await systems.usage.entitlements(customer)
    return pick_entitlement([each for each in found if access_own(each, customer)], focus)


USAGE = Source(
    fact=Usage,
    system="usage",
    about="Looks up how much the customer uses of what their plan includes, when counting begins again, and which plan"
    " includes more. Without a metric: the one that is used up most.",
    read=read_usage,
    focus=("metric",),
)
FEATURE = Source(
    fact=Feature,
    system="usage",
    about="Looks up whether the customer's plan has a feature, else from which plan on and what that costs more.",
    read=read_feature,
    focus=("feature",),
)
ENTITLEMENT = Source(
    fact=Entitlement,
    system="usage",
    about="Looks up an access that the customer has or had: whether it is open, why it was closed and until when it can be"
    " opened again. Without an id or a name: the one that was closed last.",
    read=read_entitlement,
    focus=("entitlement", "access"),
)
