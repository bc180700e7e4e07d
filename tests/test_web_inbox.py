"""The inbox: what waits, page by page, and decisions that are taken once, by who may, about what they saw."""

import asyncio
import base64
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.web_world import ADA, NOW, World, bearer, web_url, world

__all__ = ["web_url", "world"]
Json = dict[str, Any]


async def decided(world: World, card: str, by: str, **body: Any) -> httpx.Response:
    answer = {"type": "approve", "digest": "shown", **body}
    return await world.http.post(f"/approvals/{card}/decision", json=answer, headers=world.staff(by))


async def page(world: World, **params: Any) -> Json:
    response = await world.http.get("/approvals", params=params, headers=world.staff("support"))
    body: Json = response.raise_for_status().json()
    return body


async def filed(world: World, count: int, **fields: Any) -> list[str]:
    """Cards filed a minute apart, but for the first two."""
    made = []
    for number in range(count):
        conversation, _ = await world.opened()
        made.append(str((await world.card(conversation, **fields)).id))
        world.clock.advance(timedelta(minutes=1 if number else 0))
    return made


async def test_pages_lead_through_the_whole_inbox_oldest_first(world: World) -> None:
    cards = await filed(world, 5, queue="success")
    items, cursor = [], None

    for _ in range(3):
        found = await page(world, queue="success", limit=2, **({"cursor": cursor} if cursor else {}))
        items += [item["id"] for item in found["items"]]
        cursor = found["next"]

    assert cursor is None
    assert items == [*sorted(cards[:2]), *cards[2:]]


async def test_the_inbox_is_listed_by_status_and_queue(world: World) -> None:
    open_card, done_card = await filed(world, 2, queue="orders")
    await decided(world, done_card, "billing")

    assert [item["id"] for item in (await page(world, queue="orders"))["items"]] == [open_card]
    assert [item["id"] for item in (await page(world, queue="orders", status="approved"))["items"]] == [done_card]
    assert len((await page(world, queue="orders", status="all"))["items"]) == 2


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "%%%",
        "é",
        *(base64.urlsafe_b64encode(text).decode() for text in (b"now apr_1", b"2026-06-15T12:00:00 a", b"\xff")),
    ],
)
async def test_a_cursor_that_is_not_ours_is_refused(world: World, cursor: str) -> None:
    response = await world.http.get("/approvals", params={"cursor": cursor}, headers=world.staff("support"))

    assert response.status_code == 400


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
async def test_a_cursor_at_the_ends_of_time_is_only_a_position(world: World, at: str) -> None:
    cursor = base64.urlsafe_b64encode(f"{at} apr_1".encode()).decode()

    assert await page(world, cursor=cursor)


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "status=open", "queue=nowhere", "queue=%00"])
async def test_a_wish_that_is_none_is_refused(world: World, query: str) -> None:
    assert (await world.http.get(f"/approvals?{query}", headers=world.staff("support"))).status_code == 422


@pytest.mark.parametrize("path", ["/approvals", "/approvals/apr_1"])
async def test_the_inbox_is_for_staff(world: World, path: str) -> None:
    _, holder = await world.opened()

    assert (await world.http.get(path)).status_code == 401
    assert (await world.http.get(path, headers=holder)).status_code == 403
    assert (await world.http.get(path, headers=bearer(world.tokens.for_customer(ADA)))).status_code == 403


async def test_a_card_shows_what_is_proposed_and_how_old_its_facts_are(world: World) -> None:
    conversation, _ = await world.opened()
    card = await world.card(conversation)
    world.clock.advance(timedelta(seconds=90))

    seen = (await world.http.get(f"/approvals/{card.id}", headers=world.staff("billing"))).json()

    assert seen["title"] == "Issue refund of $48.00"
    assert seen["facts"][0]["age_seconds"] == 90
    assert seen["digest"] == "shown"
    assert seen["expires_at"] == (NOW + timedelta(hours=24)).isoformat()
    assert [move["move"] for move in seen["history"]] == ["filed"]
    assert seen["may_decide"]


async def test_an_approval_is_written_down_and_wakes_the_run(world: World) -> None:
    conversation, _ = await world.opened()
    card = await world.card(conversation)

    response = await decided(world, card.id, "billing")

    seen = response.json()
    assert response.status_code == 200
    assert (seen["status"], seen["may_decide"]) == ("approved", False)
    assert [move["move"] for move in seen["history"]] == ["filed", "approved"]
    assert world.woken.conversations == [conversation]


async def test_of_two_decisions_one_wins_and_the_other_is_told(world: World) -> None:
    conversation, _ = await world.opened()
    card = await world.card(conversation)

    answers = await asyncio.gather(
        decided(world, card.id, "billing"), decided(world, card.id, "billing2", type="reject")
    )

    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert (won.status_code, lost.status_code) == (200, 409)
    assert lost.json()["type"] == "/problems/already-decided"
    assert lost.json()["decided_by"] == won.json()["decided_by"]
    assert lost.json()["decision"] == won.json()["status"]
    assert lost.json()["decided_at"]


async def test_a_stale_card_decides_nothing(world: World) -> None:
    conversation, _ = await world.opened()
    card = await world.card(conversation)

    response = await decided(world, card.id, "billing", digest="earlier")

    assert response.status_code == 409
    assert (await decided(world, card.id, "billing")).status_code == 200


async def test_who_lacks_the_role_decides_nothing(world: World) -> None:
    conversation, _ = await world.opened()
    card = await world.card(conversation)

    response = await decided(world, card.id, "support")
    seen = (await world.http.get(f"/approvals/{card.id}", headers=world.staff("support"))).json()

    assert response.status_code == 403
    assert (seen["status"], seen["may_decide"]) == ("pending", False)


async def test_two_people_must_agree_where_the_card_says_so(world: World) -> None:
    conversation, _ = await world.opened()
    card = await world.card(conversation, people=2)

    first, repeated = await decided(world, card.id, "billing"), await decided(world, card.id, "billing")
    second = await decided(world, card.id, "billing2")

    assert (first.json()["status"], first.json()["may_decide"]) == ("pending", False)
    assert repeated.status_code == 409
    assert second.json()["status"] == "approved"


async def test_an_edit_that_does_not_fit_the_tool_is_refused_and_the_card_waits_on(world: World) -> None:
    conversation, _ = await world.opened()
    card = await world.card(conversation)
    args = {"charge": "ch_1001", "amount": "all", "cause": "late"}

    wrong = await decided(world, card.id, "billing", type="edit", args=args)

    assert wrong.status_code == 422
    assert (await decided(world, card.id, "billing")).json()["status"] == "approved"


def nested(depth: int) -> Any:
    return {"a": nested(depth - 1)} if depth else 1


@pytest.mark.parametrize(
    "body",
    [
        {"type": "withdraw"},
        {"type": "respond"},
        {"type": "respond", "message": " "},
        {"type": "respond", "message": "a\x00b"},
        {"type": "respond", "message": "x" * 8001},
        {"type": "reject", "args": {"a": "\x00"}},
        {"type": "reject", "args": {"\x00": 1}},
        {"type": "reject", "args": nested(50)},
        {"digest": ""},
        {"digest": None},
        {"more": 1},
    ],
)
async def test_a_decision_that_is_none_is_refused(world: World, body: Json) -> None:
    conversation, _ = await world.opened()
    card = await world.card(conversation)

    assert (await decided(world, card.id, "billing", **body)).status_code == 422
    assert (await decided(world, card.id, "billing")).status_code == 200


async def test_numbers_that_are_none_are_refused(world: World) -> None:
    conversation, _ = await world.opened()
    card = await world.card(conversation)
    headers = world.staff("billing") | {"Content-Type": "application/json"}
    content = b'{"type": "reject", "digest": "shown", "args": {"a": [NaN]}}'

    response = await world.http.post(f"/approvals/{card.id}/decision", content=content, headers=headers)

    assert response.status_code == 422


async def test_an_unknown_card_is_not_found(world: World) -> None:
    assert (await decided(world, "apr_unknown", "billing")).status_code == 404
