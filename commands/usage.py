"""`closeloop usage`: what language models took and cost, and how much of today's budget is spent."""

import json
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from commands.approvals import staff_service
from commands.screen import out
from settings import Settings

Json = dict[str, Any]
MICROS = 1_000_000
TITLES = {"day": "Day", "intent": "Intent", "model": "Model", "run": "Run", "ending": "Conversations that are"}
COLUMNS = ("conv.", "calls", "failed", "prompt", "kept", "answer", "first")
"""Kept: the share of the prompt that the endpoint had kept from before. First: the median of the times to the first word."""


def show(
    settings: Settings,
    *,
    by: str,
    since: str | None,
    until: str | None,
    conversation: str | None,
    as_json: bool,
    key: str | None,
    url: str | None,
) -> None:
    """Prints the table. Raises Sorry with what the service says."""
    asked = {"by": by, "since": since, "until": until, "conversation": conversation}
    found = staff_service(settings, key, url).get(
        "/usage", **{name: value for name, value in asked.items() if value is not None}
    )
    if as_json:
        out().print_json(json.dumps(found))
        return
    if found["items"]:
        out().print(_table(found))
    else:
        out().print(f"No language model was asked from {found['since']} to {found['until']}.")
    out().print(_budget(found["budget"]))


def _table(found: Json) -> Table:
    table = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), caption=_caption(found), caption_justify="left"
    )
    table.add_column(TITLES[found["by"]], overflow="fold")
    for title in (*COLUMNS, found["currency"], "each"):
        table.add_column(title, justify="right", overflow="fold")
    for line in found["items"]:
        table.add_row(line["of"] or "none known", *_row(line))
    return table


def _row(line: Json) -> list[str]:
    counted = [f"{line[name]:,}" for name in ("conversations", "calls", "failed")]
    kept = f"{line['cached'] / line['prompt']:.0%}" if line["prompt"] else ""
    waited = f"{line['first_seconds']:.2f} s" if line["first_seconds"] else ""
    each = None if line["cost_micros"] is None else line["cost_micros"] / max(1, line["conversations"])
    tokens = [short(line["prompt"]), kept, short(line["answer"])]
    return [*counted, *tokens, waited, cost(line["cost_micros"]), cost(each)]


def short(tokens: int) -> str:
    """`short(1234567)` is `1.23 M`; small numbers stay as they are."""
    for size, unit in ((MICROS, "M"), (1000, "k")):
        if tokens >= 10 * size or (size == MICROS and tokens >= size):
            return f"{tokens / size:.3g} {unit}" if tokens < 1000 * size else f"{tokens // size:,} {unit}"
    return str(tokens)


def cost(micros: float | None) -> str:
    """In whole units of the currency: `cost(1234)` is `0.0012`; "" where nothing had a price."""
    return "" if micros is None else f"{micros / MICROS:,.4f}"


def _caption(found: Json) -> str | None:
    unpriced = sum(line["unpriced"] for line in found["items"])
    if not unpriced:
        return None
    return f"{unpriced} calls have no price; it is set in company.yaml (usage.models.prices)."


def _budget(budget: Json) -> Text:
    if budget["tokens_per_day"] is None:
        return Text("There is no daily budget.", style="dim")
    said = f"Today {budget['tokens']:,} of {budget['tokens_per_day']:,} tokens are spent."
    if budget["spent"]:
        return Text(f"{said} No model is asked, and nothing is sent alone, until tomorrow.", style="yellow")
    return Text(said)
