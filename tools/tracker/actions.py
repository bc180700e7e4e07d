"""What can be done in the issue tracker. It has no keys, and nothing to look a report up by."""

import hashlib

from tools.arguments import Line, Text
from tools.systems import Systems
from tools.tool import Call, Effect, Facts, Idempotency, Json, Receipt, tool


def _cause_of_bug(arguments: Json, _facts: Facts) -> str:
    words = " ".join(arguments["description"].casefold().split())
    return hashlib.sha256(words.encode()).hexdigest()[:12]


@tool(effect=Effect.WRITE, needs=("customer",), object="title", idempotency=Idempotency.BLIND, cause=_cause_of_bug)
async def file_bug(systems: Systems, call: Call, *, title: Line, description: Text) -> Receipt:
    """Files a bug report for the engineers. `title` says in one line what is broken; `description` says what the
    customer did, what happened and what should have happened."""
    done = await systems.tracker.file(call.customer, title, description)
    return Receipt(system="tracker", reference=done.reference, details={"title": title})
