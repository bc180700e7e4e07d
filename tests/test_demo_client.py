"""The adapters: what an answer means, whatever is on the line."""

import socket
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
import pytest

from records.ids import CustomerId, LedgerKey
from tests.demo_fixtures import ADA, BEN, Demo
from tools.answers import Effected, SystemRefused, SystemTimeout, SystemUnavailable
from tools.commerce.port import Change
from tools.demo.adapters import open_demo
from tools.demo.adapters.line import Line
from tools.incidents.facts import Incident
from tools.systems import Systems

KEY = LedgerKey("issue_refund:ch_1001:late")


def answering(response: httpx.Response, _request: httpx.Request) -> httpx.Response:
    return response


def failing(error: type[httpx.RequestError], request: httpx.Request) -> httpx.Response:
    raise error("broken", request=request)


def line(handler: Callable[[httpx.Request], httpx.Response]) -> Line:
    return Line(httpx.AsyncClient(transport=httpx.MockTransport(handler), base_url="http://demo"), "billing")


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (httpx.Response(503), SystemUnavailable),
        (httpx.Response(500), SystemTimeout),
        (httpx.Response(502, text="<html>"), SystemTimeout),
        (httpx.Response(302), SystemTimeout),
        (httpx.Response(200, text="<html>"), SystemTimeout),
        (httpx.Response(200, json={"items": [], "more": 1}), SystemTimeout),
        (httpx.Response(200, json={"items": [{"reference": 7}]}), SystemTimeout),
        (httpx.Response(200, json={"items": []}), SystemTimeout),
        (httpx.Response(404), SystemRefused),
    ],
)
async def test_a_status_means_done_refused_undone_or_unknown(response: httpx.Response, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        await line(partial(answering, response)).post("refund", {}, "key")

    assert caught.value.facts == {"system": "billing"}  # type: ignore[attr-defined]  # all three are CloseloopErrors


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (httpx.ConnectError, SystemUnavailable),
        (httpx.ConnectTimeout, SystemUnavailable),
        (httpx.PoolTimeout, SystemUnavailable),
        (httpx.ReadTimeout, SystemTimeout),
        (httpx.WriteTimeout, SystemTimeout),
        (httpx.ReadError, SystemTimeout),
        (httpx.WriteError, SystemTimeout),
        (httpx.RemoteProtocolError, SystemTimeout),
        (httpx.DecodingError, SystemTimeout),
    ],
)
async def test_only_a_connection_that_was_never_made_means_undone(
    failure: type[httpx.RequestError], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await line(partial(failing, failure)).get(Effected, "effect", key="key")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"json": {"detail": "No such charge."}}, "billing refused: No such charge."),
        ({"json": {"detail": [{"loc": ["body"]}]}}, "billing refused: the call is not acceptable (422)."),
        ({"json": ["odd"]}, "billing refused: the call is not acceptable (422)."),
        ({"text": "<html>"}, "billing refused: the call is not acceptable (422)."),
    ],
)
async def test_a_refusal_is_told_in_the_systems_own_words(body: dict[str, Any], words: str) -> None:
    with pytest.raises(SystemRefused) as caught:
        await line(partial(answering, httpx.Response(422, **body))).get(Effected, "effect")

    assert caught.value.detail == words


async def test_nobody_at_the_address_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    async with open_demo(f"http://127.0.0.1:{port}", connect_seconds=1, answer_seconds=1) as systems:
        with pytest.raises(SystemUnavailable, match="crm cannot be reached"):
            await systems.crm.customer(ADA)


async def test_a_system_answers_with_records_of_the_given_customer_only(systems: Systems) -> None:
    assert {order.customer for order in await systems.commerce.orders(BEN)} == {BEN}
    assert {charge.customer for charge in await systems.billing.charges(BEN)} == {BEN}
    assert await systems.commerce.tracking(BEN, "ord_1001") is None
    assert await systems.commerce.tracking(ADA, "ord_1001") is not None
    assert await systems.commerce.changes(BEN, "ord_1001") == []


async def test_a_customer_the_systems_do_not_know_has_nothing(systems: Systems) -> None:
    nobody = CustomerId("cus_nobody' OR 1=1 --")

    assert await systems.crm.customer(nobody) is None
    assert await systems.billing.subscription(nobody) is None
    assert await systems.commerce.orders(nobody) == []


async def test_a_doubled_list_holds_each_record_once(demo: Demo, systems: Systems) -> None:
    once = await systems.billing.charges(ADA)
    await demo.fault("billing", "charges", "answer_twice")

    assert await systems.billing.charges(ADA) == once


async def test_a_key_gets_the_stored_answer_again(demo: Demo, systems: Systems) -> None:
    first = await systems.billing.refund(ADA, "ch_1001", 100, "late", KEY)
    second = await systems.billing.refund(ADA, "ch_1001", 100, "late", KEY)

    assert first == second == await systems.billing.effect(KEY)
    assert first == Effected(reference="re_1", amount=100, currency="USD")
    assert len(await demo.effects()) == 1


async def test_a_key_with_another_body_is_refused(demo: Demo, systems: Systems) -> None:
    await systems.billing.refund(ADA, "ch_1001", 100, "late", KEY)

    with pytest.raises(SystemRefused, match="key was used"):
        await systems.billing.refund(ADA, "ch_1001", 200, "late", KEY)
    assert [row["amount"] for row in await demo.effects()] == [100]


async def test_a_key_of_any_letters_finds_its_effect(demo: Demo, systems: Systems) -> None:
    key = LedgerKey("issue_refund:ch_1001:Malmö ≠ 100 % / ?&#")

    done = await systems.billing.refund(ADA, "ch_1001", 100, "late", key)

    assert await systems.billing.effect(key) == done
    assert (await demo.effects())[0]["key"] == key


async def test_a_repeated_address_change_is_a_second_effect(demo: Demo, systems: Systems) -> None:
    dee = CustomerId("cus_dee")
    first = await systems.commerce.change_address(dee, "ord_1004", "1 Quay")
    second = await systems.commerce.change_address(dee, "ord_1004", "1 Quay")

    changes = await systems.commerce.changes(dee, "ord_1004")
    assert [change.reference for change in changes] == [first.reference, second.reference]
    assert [change.revision for change in changes] == [2, 3]
    assert isinstance(changes[0], Change)


async def test_open_incidents_come_first(demo: Demo, systems: Systems) -> None:
    old = await demo.record("incident", "inc_3000")
    await demo.put("incident", "inc_0001", **old)

    found = await systems.incidents.incidents()
    assert [incident.id for incident in found] == ["inc_3001", "inc_6001", "inc_0001", "inc_3000", "inc_6000"]
    assert isinstance(found[0], Incident)
