"""`closeloop prompt`: what a run sent to the language model, as it was sent, from the database."""

import asyncio
import json
import sys
from datetime import UTC

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from commands.database import database_url
from commands.preflight import check_var
from commands.screen import Sorry, out
from records import prompts, runs
from records.database import open_database
from records.ids import RunId
from records.prompts import Kept
from runs.saver import open_cipher
from runs.startup import prepare
from settings import Settings

SHOWN = 12
"""Digits of a version on the screen."""


def show(settings: Settings, run: str, *, as_json: bool) -> None:
    """Raises Sorry where there is no such run or nothing of it is kept, KeyMissing where no key opens it."""
    found = asyncio.run(_found(settings, RunId(run)))
    if not found:
        raise Sorry(f"{run} sent nothing to a language model, or it was deleted since: see retention.prompts.")
    if as_json:
        for each in found:
            sys.stdout.write(json.dumps(_told(each), ensure_ascii=False) + "\n")
        return
    for each in found:
        _print(out(), each, len(found))


async def _found(settings: Settings, run: RunId) -> list[Kept]:
    check_var(settings)
    cipher, url = open_cipher(settings.checkpoint_keys, settings.var), await database_url(settings)
    await asyncio.to_thread(prepare, url)
    async with open_database(url, size=2) as database, database.transaction() as conn:
        if await runs.find(conn, run) is None:
            raise Sorry(f"There is no run {run}.")
        return await prompts.of_run(conn, cipher, run)


def _told(kept: Kept) -> dict[str, object]:
    return {**vars(kept), "at": kept.at.astimezone(UTC).isoformat()}


def _print(console: Console, kept: Kept, many: int) -> None:
    console.print(Rule(Text(f"call {kept.call} of {many}", "bold"), align="left"))
    console.print(Text(_about(kept), "dim"), soft_wrap=True)
    for message in kept.messages:
        console.print(Text(f"\n{message['role']}:", "bold cyan"))
        console.print(Text(str(message.get("content") or "")), soft_wrap=True)
    if kept.tools:
        console.print(Text("\ntools:", "bold cyan"))
    for tool in kept.tools:
        console.print(Text(json.dumps(tool, ensure_ascii=False)), soft_wrap=True)
    console.print()


def _about(kept: Kept) -> str:
    about = kept.about
    tokens = f"{about['prompt']} tokens sent ({about['cached']} of them cached), {about['answer']} answered"
    seconds = f"first word after {about['first']:.2f} s, all after {about['whole']:.2f} s"
    when = kept.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    parts = [when, about["model"], f"prompts {kept.version[:SHOWN]}", tokens, seconds]
    return " · ".join([*parts, *([f"failed: {about['failure']}"] if about["failure"] else [])])
