"""What can be done in the issue tracker. It has no keys, and nothing to look up what was filed by."""

from tools.arguments import Line, OptionalId, OptionalLine, Text
from tools.systems import Systems
from tools.tool import UNTOLD, Call, Effect, Facts, Idempotency, Json, Receipt, digest_of, tool


def _cause_of_bug(arguments: Json, facts: Facts) -> str:
    """The words of the report, and whose they are; one linked to a known bug is the same however it is worded."""
    who = str((facts.get("customer") or {}).get("id", ""))
    if not arguments.get("duplicate_of"):
        return _words(who, arguments["description"])
    known = facts.get("known_bug")
    if not known or known["id"] != arguments["duplicate_of"]:
        return UNTOLD
    return f"{known['id']} met by {digest_of(who)}"


def _cause_of_wish(arguments: Json, facts: Facts) -> str:
    return _words(str((facts.get("customer") or {}).get("id", "")), arguments["wish"])


def _words(who: str, text: str) -> str:
    return digest_of(f"{who} {text}")


@tool(
    effect=Effect.WRITE,
    needs=("customer", "known_bug"),
    object="title",
    idempotency=Idempotency.BLIND,
    cause=_cause_of_bug,
)
async def file_bug(
    systems: Systems,
    call: Call,
    *,
    title: Line,
    description: Text,
    area: OptionalLine = "",
    duplicate_of: OptionalId = "",
    error_code: OptionalLine = "",
    version: OptionalLine = "",
    page: OptionalLine = "",
    browser: OptionalLine = "",
) -> Receipt:
    """Files a bug report for the engineers. `title` says in one line what is broken; `description` says what the
    customer did, what happened and what should have happened. `duplicate_of`: the id of a known bug, to link the report
    to it instead of filing a new one; `title` is then that bug's. The rest is what is known besides: the area of the
    product, the error's code in the log, the version that is out, the address of the page, the browser."""
    found = {"area": area, "error_code": error_code, "version": version, "page": page, "browser": browser}
    session = {name: value for name, value in found.items() if value}
    done = await systems.tracker.file(call.customer, title, description, session, duplicate_of)
    details = {"title": title, "duplicate_of": duplicate_of, **session}
    return Receipt(system="tracker", reference=done.reference, details=details)


@tool(
    effect=Effect.WRITE,
    needs=("customer",),
    object="area",
    idempotency=Idempotency.BLIND,
    cause=_cause_of_wish,
)
async def request_feature(systems: Systems, call: Call, *, area: Line, wish: Text) -> Receipt:
    """Records for the product team what a customer would like to be able to do. `area`: the part of the product, or
    `other`; `wish`: the customer's own words. It promises nothing."""
    done = await systems.tracker.wish(call.customer, area, wish)
    return Receipt(system="tracker", reference=done.reference, details={"area": area})
