"""Erasing a customer reaches every place that keeps something of them, keeps the money, and proves it."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from psycopg import errors

from records import sql
from records.audit import heads, links
from records.chain import Checker
from records.erasing import StillWorking, search
from records.holdings import HELD, NOT_STORES, declared
from records.ids import ConversationId, CustomerId
from records.personal import STORES
from runs.erasure import OpenAction, Proof
from tests.service_world import LATE, World, service, world

__all__ = ["service", "world"]

BEN = CustomerId("cus_ben")
SECRET = "the blue parcel of my grandmother"
Json = dict[str, Any]


async def refunded(world: World) -> Json:
    """A conversation of Ben's with a refund that a person approved."""
    conversation = await world.said(BEN, LATE)
    assert await world.decide(await world.card(conversation)) == 200
    await world.drive(conversation)
    assert [entry["status"] for entry in await world.ledger()] == ["done"]
    return conversation


async def own_values(world: World, conversation: Json) -> list[str]:
    """What identifies Ben, as his records tell it, and what he said."""
    facts = (await world.card(conversation))["facts"]
    [customer] = [fact["value"] for fact in facts if fact["fact"] == "customer"]
    addresses = [fact["value"]["address"] for fact in facts if fact["value"] and fact["value"].get("address")]
    return [BEN, customer["name"], customer["email"], *addresses, LATE.split(",")[0], SECRET]


async def rated(world: World, conversation: Json) -> None:
    headers = {"Authorization": f"Bearer {conversation['token']}"}
    body = {"rating": 2, "note": f"it was {SECRET}"}
    (
        await world.http.post(f"/conversations/{conversation['id']}/rating", json=body, headers=headers)
    ).raise_for_status()


async def found(world: World, values: list[str]) -> dict[str, int]:
    """By table, rows in which one of these stands."""
    async with world.opened.services.database.transaction() as conn:
        return await search(conn, await sql.fetch_rows(conn, "columns_with_text"), values)


async def erased(world: World, by: str = "stf_admin") -> Proof:
    return await world.opened.eraser.customer(BEN, by=by)


async def raw_bytes(world: World, values: list[str]) -> bool:
    rows = await world.rows("SELECT blob FROM checkpoint_blobs UNION ALL SELECT blob FROM checkpoint_writes")
    return any(value.encode() in (row["blob"] or b"") for row in rows for value in values)


async def test_after_a_refund_a_handoff_and_a_waiting_card_nothing_of_the_customer_is_left(world: World) -> None:
    refund = await refunded(world)
    values = await own_values(world, refund)
    handed = await world.said(BEN, f"I want to talk to a person about {SECRET}")
    await rated(world, handed)
    other = await world.said("cus_ada", "Where is my order?")
    assert {"messages", "approvals", "handoffs", "runs"} <= set(await found(world, values))

    proof = await erased(world)

    assert await found(world, values) == {}
    assert not await raw_bytes(world, values)
    assert {each.store for each in proof.stores if each.before} >= {
        "messages", "events", "agendas", "checkpoints", "runs", "proposals", "cards", "handoffs", "actions", "identity",
    }  # fmt: skip
    assert all(each.left == 0 for each in proof.stores)
    assert proof.found == {}
    assert proof.conversations == 2
    assert await world.told(other)
    assert (await world.runs(handed))[0]["error"] is None


async def test_the_money_stays_under_a_pseudonym(world: World) -> None:
    await refunded(world)
    [before] = await world.ledger()

    proof = await erased(world)

    [after] = await world.ledger()
    kept = ("key", "tool", "amount", "currency", "status", "reserved_at", "settled_at")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert after["receipt"]["reference"] == before["receipt"]["reference"]
    assert after["customer_id"] == proof.pseudonym
    assert after["arguments"] == after["receipt"]["details"] == {}
    assert proof.kept_actions == 1


async def test_the_same_refund_is_not_paid_again_after_the_erasure(world: World) -> None:
    await refunded(world)
    await erased(world)

    await world.said(BEN, LATE)

    assert len(await world.effects()) == 1


async def test_it_is_written_down_with_counts_and_a_pseudonym_and_the_chain_holds(world: World) -> None:
    await refunded(world)

    proof = await erased(world, by="stf_admin")

    [row] = await world.rows("SELECT actor, subject, data FROM audit WHERE action = 'customer.erased'")
    assert (row["actor"], row["subject"]) == ("stf_admin", proof.pseudonym)
    assert row["data"]["erased"]["messages"] > 0
    checker = Checker()
    async with world.opened.services.database.transaction() as conn:
        assert [broken async for link in links(conn) if (broken := checker.broken(link))] == []
        assert list(checker.cut(await heads(conn))) == []


async def test_a_second_time_finds_nothing_and_gives_the_same_pseudonym(world: World) -> None:
    await refunded(world)
    first = await erased(world)

    second = await erased(world)

    assert second.pseudonym == first.pseudonym
    assert all(each.before == each.left == 0 for each in second.stores)


async def test_a_run_that_waits_for_a_decision_is_ended_with_its_card(world: World) -> None:
    conversation = await world.said(BEN, LATE)
    card = await world.card(conversation)

    await erased(world)

    assert (await world.runs(conversation))[0]["status"] == "finished"
    assert (await world.card(conversation))["status"] == "withdrawn"
    assert await world.decide(card) == 409
    await world.drive(conversation)
    assert await world.effects() == []


async def test_a_message_that_nobody_took_up_yet_goes_with_its_job(world: World) -> None:
    conversation = await world.open(BEN)
    await world.post(conversation, LATE)

    await erased(world)
    await world.drive(conversation)

    assert await world.runs(conversation) == []
    assert (
        await world.rows("SELECT * FROM procrastinate_jobs WHERE args ->> 'conversation' = %s", conversation["id"])
        == []
    )


async def test_the_token_of_an_erased_conversation_opens_it_no_more(world: World) -> None:
    conversation = await refunded(world)
    own = {"Authorization": f"Bearer {conversation['token']}"}
    customer = {"Authorization": f"Bearer {world.opened.tokens.for_customer(BEN)}"}
    path = f"/conversations/{conversation['id']}"
    await erased(world)

    answers = [
        await world.http.get(path, headers=own),
        await world.http.get(path, headers=customer),
        await world.http.post(f"{path}/messages", json={"text": "still there?"}, headers=own),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


async def test_staff_see_an_empty_shell_of_an_erased_conversation(world: World) -> None:
    conversation = await refunded(world)
    await erased(world)
    headers = {"Authorization": f"Bearer {world.staff_key}"}

    shown = (await world.http.get(f"/conversations/{conversation['id']}", headers=headers)).raise_for_status().json()

    assert shown["messages"] == shown["agenda"] == []
    assert (await world.card(conversation))["title"] == "Deleted"


@pytest.mark.parametrize("status", ["reserved", "unknown"])
async def test_an_open_action_holds_the_erasure_up_until_it_is_settled(world: World, status: str) -> None:
    conversation = await refunded(world)
    await world.rows("UPDATE ledger SET status = %s, settled_at = NULL", status)

    with pytest.raises(OpenAction, match="settle it first"):
        await erased(world)

    assert await world.told(conversation)
    await world.rows("UPDATE ledger SET status = 'done', settled_at = reserved_at")
    assert (await erased(world)).kept_actions == 1


async def test_killed_half_way_nothing_is_gone_and_the_next_try_finishes(world: World) -> None:
    conversation = await refunded(world)

    class Dying:
        """A store in the middle of the others at which the process ends."""

        name = "dying"

        async def find(self, *_: object) -> int:
            return 0

        async def erase(self, *_: object) -> None:
            raise asyncio.CancelledError

    halves = [*STORES[:6], Dying(), *STORES[6:]]
    with pytest.raises(asyncio.CancelledError):
        await replace(world.opened.eraser, stores=halves).customer(BEN, by="stf_admin")
    assert await world.told(conversation)

    await erased(world)
    assert await world.told(conversation) == []


async def test_nothing_can_be_written_to_an_erased_conversation_not_even_behind_the_doors(world: World) -> None:
    conversation = await refunded(world)
    await erased(world)

    with pytest.raises(errors.DatabaseError, match="erased") as refused:
        async with await world.opened.services.database.standalone() as conn:
            await conn.execute(
                "INSERT INTO events (conversation_id, seq, type, data, at) VALUES (%s, 999, 'delta', '{}', now())",
                [conversation["id"]],
            )

    assert refused.value.sqlstate == "CL404"


async def test_while_a_driver_is_at_it_nothing_is_erased(world: World) -> None:
    conversation = await refunded(world)
    lock = await world.opened.services.database.standalone()
    await sql.execute(lock, "lock_conversation", conversation=ConversationId(conversation["id"]))

    with pytest.raises(StillWorking):
        await replace(world.opened.eraser, patience=0.2).customer(BEN, by="stf_admin")

    await lock.close()
    assert await world.told(conversation)


async def test_a_visitors_conversation_is_erased_by_its_id(world: World) -> None:
    headers: Json = {}
    opened = (await world.http.post("/conversations", headers=headers)).json()
    await world.say(opened, f"When do I get charged for {SECRET}?")

    proof = await world.opened.eraser.conversation(ConversationId(opened["id"]), by="stf_admin")

    assert proof.pseudonym == ""
    assert await found(world, [SECRET]) == {}


async def test_only_an_administrator_may_erase_and_gets_the_proof(world: World) -> None:
    await refunded(world)
    customer = {"Authorization": f"Bearer {world.opened.tokens.for_customer(BEN)}"}
    admin = {"Authorization": f"Bearer {world.staff_key}"}

    refused = await world.http.delete(f"/customers/{BEN}", headers=customer)
    done = await world.http.delete(f"/customers/{BEN}", headers=admin)

    assert refused.status_code == 403
    assert done.status_code == 200
    assert done.json()["found"] == {}
    assert {each["left"] for each in done.json()["stores"]} == {0}


async def test_neither_the_search_index_nor_any_other_file_of_the_installation_tells_of_a_customer(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    values = await own_values(world, await refunded(world))

    installations = tmp_path_factory.getbasetemp().glob("var*")
    files = [
        file for each in installations for file in each.rglob("*") if file.is_file() and "models" not in file.parts
    ]

    assert any("chroma" in file.parts for file in files)
    assert [file for file in files if any(value.encode() in file.read_bytes() for value in values)] == []


async def test_every_column_that_can_hold_a_text_says_what_it_holds(world: World) -> None:
    async with world.opened.services.database.transaction() as conn:
        columns = await sql.fetch_rows(conn, "columns_with_text")
    there = {(row["table"], row["column"]) for row in columns}

    assert there - set(declared()) == set()
    assert set(declared()) - there == set()


def test_what_is_declared_as_personal_has_a_store() -> None:
    stores = {store.name for store in STORES}
    named = {what for held in HELD.values() for what in held if what not in NOT_STORES}

    assert named == stores
