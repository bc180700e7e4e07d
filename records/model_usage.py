"""What language models take: each call, and how much of a day's budget is spent. Counts and times, and no words."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from records import sql
from records.ids import ConversationId, RunId
from records.sql import Connection

By = Literal["day", "intent", "model", "run", "ending"]


@dataclass(frozen=True, kw_only=True)
class Call:
    """One attempt. Tokens as the endpoint counts them; `first` and `whole` in seconds; `cost` in micros, millionths of the
    company's currency, None where the model has no price."""

    model: str
    prompt: int
    cached: int
    answer: int
    first: float
    whole: float
    failure: str
    cost: int | None


@dataclass(frozen=True, kw_only=True)
class Line:
    """Of one day, intent, model, run or ending (`of`). Tokens as the endpoint counts them. `failed`: calls without an
    answer that could be used. `first_seconds`: to the first word, the median. `cost_micros`: millionths of the company's
    currency, nothing where no call had a price; `unpriced` calls had none although they took tokens."""

    of: str
    conversations: int
    runs: int
    calls: int
    failed: int
    prompt: int
    cached: int
    answer: int
    cost_micros: int | None
    unpriced: int
    first_seconds: float
    seconds: float


async def add(
    conn: Connection, conversation: ConversationId, run: RunId, call: Call, *, intent: str, day: date, at: datetime
) -> None:
    """`day`: in the company's time zone."""
    await sql.execute(
        conn, "add_model_call", run=run, conversation=conversation, intent=intent, day=day, at=at, **vars(call)
    )


async def add_to_day(conn: Connection, day: date, tokens: int) -> int:
    """What is spent of the day now. Holds the day's row until the transaction ends: call it last."""
    row = await sql.fetch_row(conn, "add_to_day", day=day, tokens=tokens)
    return int(row["tokens"]) if row else tokens


async def tokens_of(conn: Connection, day: date) -> int:
    row = await sql.fetch_row(conn, "tokens_of_day", day=day)
    return int(row["tokens"]) if row else 0


async def announce(conn: Connection, day: date, budget: int) -> bool:
    """Whether it falls to the caller to announce that the day's budget is spent: True once in all processes."""
    return await sql.fetch_row(conn, "announce_budget", day=day, budget=budget) is not None


async def lines(
    conn: Connection, by: By, *, since: date, until: date, zone: str, conversation: ConversationId | None = None
) -> list[Line]:
    """Of the days from `since` to `until`, both included; of one conversation alone where it is given."""
    about = {"since": since, "until": until, "conversation": conversation}
    if by == "ending":
        return await sql.fetch_all(conn, Line, "model_usage_by_ending", zone=zone, **about)
    return await sql.fetch_all(conn, Line, "model_usage", by=by, **about)
