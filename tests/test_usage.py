"""What the product knows of a customer: use, features, accesses; the status page and the logs; and accesses switched."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from records.ids import CustomerId, LedgerKey
from tests.action_case import FAULTS, Action, fact
from tests.demo_fixtures import ADA, NOW, Demo
from tools.answers import SystemRefused
from tools.executor import Done, NotDone
from tools.incidents.facts import Deployment, Incident
from tools.incidents.sources import pick_deployment, pick_incident
from tools.standard import KIT
from tools.systems import Systems
from tools.usage.facts import Entitlement, Feature
from tools.usage.port import Meter
from tools.usage.sources import counted

AMARA, CHIARA, DMITRI = CustomerId("cus_amara"), CustomerId("cus_chiara"), CustomerId("cus_dmitri")
ESZTER, GRETA, ILSE = CustomerId("cus_eszter"), CustomerId("cus_greta"), CustomerId("cus_ilse")
REOPEN = Action(
    tool="reopen_entitlement",
    system="usage",
    operation="switch",
    kind="reopening",
    customer=ILSE,
    arguments={"entitlement": "acc_6010"},
)
CLOSE = Action(
    tool="close_entitlement",
    system="usage",
    operation="switch",
    kind="closing",
    customer=GRETA,
    arguments={"entitlement": "acc_6009"},
)
METER = Meter(
    id="met_1",
    customer="cus_ada",
    metric="api requests",
    words=["calls"],
    used=799,
    included=1_000,
    next_plan=None,
    next_included=None,
    next_price=None,
    currency="USD",
    resets_at=None,
    at_limit="Requests wait.",
)
INCIDENT = Incident(
    id="inc_1",
    title="Slow",
    component="sign-in",
    status="investigating",
    started_at=NOW - timedelta(hours=3),
    update="We look at it.",
    updated_at=NOW,
    resolved_at=None,
)
RELEASE = Deployment(id="dep_1", area="exports", version="4.1", released_at=NOW - timedelta(days=3), notes="Faster.")


@pytest.mark.parametrize("action", [REOPEN, CLOSE], ids=str)
@pytest.mark.parametrize("mode", FAULTS)
async def test_an_access_is_switched_once_whatever_happens_to_the_answer(
    action: Action, mode: str, demo: Demo, hasty_systems: Systems
) -> None:
    key = await action.key(hasty_systems)
    await demo.fault(action.system, action.operation, mode)

    outcome = await action.carried_out(hasty_systems, key)

    [effect] = await demo.effects()
    assert isinstance(outcome, Done)
    assert (effect["kind"], effect["object"]) == (action.kind, action.arguments["entitlement"])
    assert outcome.receipt.reference == effect["reference"]


@pytest.mark.parametrize("action", [REOPEN, CLOSE], ids=str)
async def test_what_was_switched_before_a_crash_is_found_and_not_repeated(
    action: Action, demo: Demo, systems: Systems
) -> None:
    key = await action.key(systems)
    done = await action.carried_out(systems, key)

    assert await action.recovered(systems, key) == done
    assert len(await demo.effects()) == 1


@pytest.mark.parametrize("action", [REOPEN, CLOSE], ids=str)
async def test_an_access_of_somebody_else_is_not_switched(action: Action, demo: Demo, systems: Systems) -> None:
    key = await action.key(systems)

    outcome = await replace(action, customer=ADA).carried_out(systems, key)

    assert isinstance(outcome, NotDone)
    assert outcome.refused
    assert await demo.effects() == []


@pytest.mark.parametrize("action", [REOPEN, CLOSE], ids=str)
async def test_an_access_that_is_not_the_customers_gives_no_identity(action: Action, systems: Systems) -> None:
    assert (await replace(action, customer=ADA).key(systems)).endswith(":?")


async def test_what_was_opened_again_can_lapse_and_be_opened_once_more(demo: Demo, systems: Systems) -> None:
    first = await REOPEN.key(systems)
    await REOPEN.carried_out(systems, first)
    await demo.put("entitlement", "acc_6010", status="lapsed", changed_at=(NOW - timedelta(days=1)).isoformat())

    second = await REOPEN.key(systems)

    assert first == f"reopen_entitlement:acc_6010:lapsed since {(NOW - timedelta(days=9)).isoformat()}"
    assert second != first


async def test_each_switch_takes_the_other_back() -> None:
    reopen, close = KIT.action_named("reopen_entitlement"), KIT.action_named("close_entitlement")

    assert (reopen.undo, close.undo) == (close.name, reopen.name)


@pytest.mark.parametrize(
    ("customer", "entitlement", "to", "words"),
    [
        (ILSE, "acc_6010", "lapsed", "is lapsed already"),
        (GRETA, "acc_6009", "active", "is active already"),
        (GRETA, "acc_6008", "active", "no longer be opened"),
        (CHIARA, "acc_6004", "active", "no longer be opened"),
        (ESZTER, "acc_6006", "active", "is suspended"),
        (ADA, "acc_6010", "active", "no such entitlement"),
    ],
)
async def test_the_product_refuses_what_makes_no_sense(
    customer: CustomerId, entitlement: str, to: str, words: str, demo: Demo, systems: Systems
) -> None:
    with pytest.raises(SystemRefused, match=words):
        await systems.usage.switch(customer, entitlement, to, LedgerKey("key"))

    assert await demo.effects() == []


async def test_a_key_with_another_switch_is_refused(demo: Demo, systems: Systems) -> None:
    await systems.usage.switch(ILSE, "acc_6010", "active", LedgerKey("key"))

    with pytest.raises(SystemRefused, match="another call"):
        await systems.usage.switch(ILSE, "acc_6010", "lapsed", LedgerKey("key"))
    assert len(await demo.effects()) == 1


@pytest.mark.parametrize(
    ("customer", "name", "focus", "expected"),
    [
        (AMARA, "usage", {}, {"metric": "API requests", "per_cent": 103, "left": 0, "next_plan": "business"}),
        (AMARA, "usage", {"metric": "seats"}, {"metric": "seats", "used": 4, "left": 1, "resets_at": None}),
        (AMARA, "usage", {"metric": "SMS"}, None),
        (ESZTER, "usage", {}, {"per_cent": 102, "next_plan": None, "next_price": None}),
        (ADA, "usage", {}, None),
        (
            CHIARA,
            "feature",
            {"feature": "Single sign-on"},
            {"included": False, "from_plan": "business", "extra": 13000},
        ),
        (CHIARA, "feature", {"feature": "roles of our own"}, {"title": "Roles of your own", "included": False}),
        (CHIARA, "feature", {"feature": "custom roles"}, {"included": False, "from_plan": "enterprise", "extra": None}),
        (ESZTER, "feature", {"feature": "SAML"}, {"title": "Single sign-on", "included": True, "extra": 0}),
        (AMARA, "feature", {"feature": "API access"}, {"included": True, "plan": "team"}),
        (AMARA, "feature", {"feature": "time travel"}, None),
        (AMARA, "feature", {}, None),
        (CustomerId("cus_nobody"), "feature", {"feature": "API access"}, None),
        (GRETA, "entitlement", {}, {"id": "acc_6008", "status": "lapsed"}),
        (GRETA, "entitlement", {"access": "API access"}, {"id": "acc_6009", "status": "active"}),
        (GRETA, "entitlement", {"entitlement": "ACC_6009"}, {"id": "acc_6009"}),
        (GRETA, "entitlement", {"entitlement": "acc_6010"}, None),
        (GRETA, "entitlement", {"access": "scheduled exports"}, None),
        (ADA, "incident", {"area": "sign-in"}, {"id": "inc_6001"}),
        (ADA, "incident", {"area": "exports"}, {"id": "inc_6000", "status": "resolved"}),
        (ADA, "incident", {"area": "dashboards"}, None),
        (DMITRI, "error_log", {}, {"code": "EXP_1042", "count": 7, "others": ["EXP_0007"]}),
        (DMITRI, "error_log", {"area": "alerts"}, {"code": "", "count": 0, "last_at": None}),
        (ADA, "error_log", {"area": "exports"}, {"code": "", "count": 0}),
        (ADA, "deployment", {}, {"id": "dep_6001"}),
        (ADA, "deployment", {"area": "mobile app"}, {"version": "7.4.1"}),
        (ADA, "deployment", {"area": "billing"}, None),
    ],
)
async def test_the_fact_that_is_meant_is_picked(
    customer: CustomerId, name: str, focus: Mapping[str, str], expected: dict[str, Any] | None, systems: Systems
) -> None:
    value = await fact(name, systems, customer, focus)

    assert (value if value is None else {field: value[field] for field in expected or value}) == expected


async def test_the_status_page_tells_all_that_is_open(demo: Demo, systems: Systems) -> None:
    before = await fact("status_page", systems, ADA)
    await demo.put("incident", "inc_3001", status="resolved")
    await demo.put("incident", "inc_6001", status="resolved")

    assert before == {"open": 2, "titles": ["Sensor readings appear with a delay", "Signing in takes up to a minute"]}
    assert await fact("status_page", systems, ADA) == {"open": 0, "titles": []}


class SomebodyElses:
    """A product that answers with Greta's and Dmitri's records, whoever asks."""

    def __init__(self, systems: Systems) -> None:
        self.systems = systems

    async def meters(self, _customer: CustomerId) -> list[Meter]:
        return await self.systems.usage.meters(AMARA)

    async def features(self, _customer: CustomerId) -> list[Feature]:
        return await self.systems.usage.features(AMARA)

    async def entitlements(self, _customer: CustomerId) -> list[Entitlement]:
        return await self.systems.usage.entitlements(GRETA)

    async def errors(self, _customer: CustomerId) -> list[Any]:
        return list(await self.systems.incidents.errors(DMITRI))


async def test_somebody_elses_records_are_dropped(systems: Systems) -> None:
    leaky: Any = SomebodyElses(systems)
    careless = systems.with_ports(usage=leaky, incidents=leaky)

    told = [await fact(name, careless, ADA, {"feature": "API access"}) for name in ("usage", "feature", "entitlement")]
    log = await fact("error_log", careless, ADA)

    assert told == [None, None, None]
    assert log is not None
    assert (log["customer"], log["count"]) == (ADA, 0)


@pytest.mark.parametrize(
    ("used", "included", "per_cent", "left"),
    [
        (0, 1_000, 0, 1_000),
        (799, 1_000, 79, 201),
        (1_000, 1_000, 100, 0),
        (1_500, 1_000, 150, 0),
        (0, 0, 0, 0),
        (1, 0, 100, 0),
    ],
)
def test_a_share_is_rounded_down_and_nothing_left_is_never_negative(
    used: int, included: int, per_cent: int, left: int
) -> None:
    usage = counted(replace(METER, used=used, included=included))

    assert (usage.per_cent, usage.left) == (per_cent, left)


@pytest.mark.parametrize(
    ("incident", "area", "told"),
    [
        (INCIDENT, "", True),
        (INCIDENT, "Sign-in", True),
        (INCIDENT, "sign-in page", True),
        (INCIDENT, "exports", False),
        (replace(INCIDENT, status="resolved", resolved_at=NOW - timedelta(hours=47)), "sign-in", True),
        (replace(INCIDENT, status="resolved", resolved_at=NOW - timedelta(hours=48)), "sign-in", False),
        (replace(INCIDENT, status="resolved", resolved_at=NOW - timedelta(hours=1)), "", False),
    ],
)
def test_an_incident_is_told_of_its_area_and_for_two_days(incident: Incident, area: str, told: bool) -> None:
    assert (pick_incident([incident], {"area": area}, NOW) is not None) is told


def test_an_open_incident_comes_before_one_that_is_over() -> None:
    over = replace(INCIDENT, id="inc_0", status="resolved", resolved_at=NOW)

    picked = pick_incident([over, INCIDENT], {"area": "sign-in"}, NOW)

    assert picked == INCIDENT


def test_a_release_counts_from_its_moment() -> None:
    later = replace(RELEASE, id="dep_2", released_at=NOW + timedelta(minutes=1))

    assert pick_deployment([RELEASE, later], {"area": "exports"}, NOW) == RELEASE
    assert pick_deployment([RELEASE, later], {"area": "exports"}, later.released_at) == later
    assert pick_deployment([RELEASE], {"area": "alerts"}, NOW) is None
