"""`closeloop learning`, `gaps` and `report` against a service: what a lead types, and what they read."""

import asyncio

from typer.testing import CliRunner

from cli import app
from tests.cli_world import joined
from tests.learning_world import corrected, intent_of, learned, post
from tests.service_world import World, service, world
from tests.web_world import served

__all__ = ["service", "world"]
ODD = "The box with my stuff is nowhere, did the driver eat it?"


async def typed(world: World, *words: str) -> tuple[int, str]:
    """The exit code, and what was printed."""
    async with served(world.http._transport.app) as http:  # type: ignore[attr-defined] # the app behind the tests' client
        where = ["--key", world.staff_key, "--url", str(http.base_url)]
        runner = CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1"})
        done = await asyncio.to_thread(runner.invoke, app, [*words, *where])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    return done.exit_code, joined(done.output)


async def test_a_lead_lists_looks_accepts_and_takes_back(world: World) -> None:
    await corrected(world, "cus_ada", ODD, intent="lost_parcel")

    ran = await typed(world, "learning", "run")
    [suggestion] = await learned(world)
    listed = await typed(world, "learning", "list")
    shown = await typed(world, "learning", "show", suggestion["id"][:12])
    accepted = await typed(world, "learning", "accept", suggestion["id"][:12], "--yes")
    understood = intent_of(world, ODD)
    undone = await typed(world, "learning", "rollback", suggestion["id"], "--why", "wrong", "--yes")

    assert ran == (0, "1 new lessons, 1 suggestions new or grown.")
    assert "lost_parcel" in listed[1]
    assert ODD in shown[1]
    assert "lets it through" in shown[1]
    assert (accepted[0], understood, undone[0]) == (0, "lost_parcel", 0)


async def test_whoever_is_second_reads_who_was_first_and_a_held_back_one_reads_why(world: World) -> None:
    await corrected(world, "cus_ada", "Where is my order?", intent="delete_account")
    [suggestion] = await learned(world)

    held = await typed(world, "learning", "accept", suggestion["id"], "--yes")
    await typed(world, "learning", "dismiss", suggestion["id"], "--why", "a joke", "--yes")
    late = await typed(world, "learning", "dismiss", suggestion["id"], "--why", "a joke", "--yes")

    assert held[0] == late[0] == 1
    assert "Where is my order?" in held[1]
    assert "Robin decided this first: dismissed" in late[1]


async def test_gaps_and_the_report_are_printed(world: World) -> None:
    await world.said("cus_ada", "Do you offer gift wrapping for a hub that I order as a present?")
    await post(world, "/learning/run")

    gaps, report = await typed(world, "gaps"), await typed(world, "report")

    assert (gaps[0], report[0]) == (0, 0)
    assert "gift wrapping" in gaps[1]
    assert "1 conversations, 0 called resolved" in report[1]


async def test_a_conversation_is_forgotten(world: World) -> None:
    conversation = await corrected(world, "cus_ada", ODD, intent="lost_parcel")

    code, said = await typed(world, "learning", "forget", conversation["id"], "--yes")

    assert code == 0
    assert "pieces are gone" in said
    assert await learned(world) == []
