"""A customer who comes back because it is not solved: recognised in their words, and found in the records."""

import re
from collections.abc import Sequence
from datetime import timedelta

from graph import agenda
from graph.deps import Deps
from graph.state import Request, Triage
from records import history, runs
from records.history import Wanted
from records.runs import Run
from records.sql import Connection

LATELY = timedelta(days=14)
_AGAIN = re.compile(
    r"""
      \bstill\s+(?:not\b|no\b|(?:the\s+)?same\b|broken|failing|wrong|missing|down|happening|crash\w*|late\b|nothing)
    | \bstill\s+(?:\w+\s+){0,2}(?:isn|doesn|don|didn|hasn|haven|can|won|couldn|aren|wasn)['’]?t\b
    | \bstill\s+(?:does|do|is|has|have|can)\s*not\b
    | \bsame\s+(?:\w+\s+)?(?:problem|issue|error|bug|thing|trouble|story)\b
    | \b(?:problem|issue|error|bug|it|this|that)(?:'s|’s|\s+is|\s+has|\s+just)?\s+(?:come\s+)?(?:back|happen(?:s|ed|ing)\s+again)\b
    | \b(?:broken|failing|fails|failed|crash\w*|stopped|down|gone|stuck|charged|wrong|happen(?:s|ed|ing)?)\s+(?:\w+\s+)?again\b
    | \bagain\s+(?:the\s+)?(?:same|not\s+working|nothing)\b
    | \b(?:i|we)(?:['’]ve|\s+have)?\s+already\s+(?:wrote|written|told|asked|reported|contacted|complained|messaged)\b
    | \b(?:i|we)(?:['’]ve|\s+have)?\s+(?:wrote|written|told|asked|reported|contacted|complained|messaged|e?-?mailed)
      \b(?=.*\b(?:already|before|yesterday|ago|twice|earlier|times|last|again|this|on\s+\w+day)\b)
    | \bnothing\s+(?:has\s+|was\s+)?(?:happened|changed|(?:been\s+)?done)\b
    | \b(?:nobody|no[\s-]one)\s+(?:has\s+|ever\s+)?(?:answered|replied|responded|got\s+back|came\s+back)\b
    | \b(?:no|without\s+any|never\s+(?:got|had|received)\s+an?)\s+(?:answer|reply|response)\b
    | \b(?:did|does|has)(?:n['’]?t|\s+not)\s+(?:really\s+)?(?:work(?:ed)?|help(?:ed)?|solved?|fix(?:ed)?)\b(?!\s+(?:with|for\s+us\b))
    | \bfor\s+the\s+(?:second|third|fourth|fifth|umpteenth|\d(?:nd|rd|th))\s+time\b
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


def says_again(text: str) -> bool:
    """Whether the words say that this is not the first time, or that an earlier answer did not solve it."""
    return bool(_AGAIN.search(text))


async def recalled(
    conn: Connection, deps: Deps, run: Run, triage: Triage, requests: Sequence[Request]
) -> list[Request]:
    """The requests; where the words alone name none, but say that it is not solved, what the customer wanted last. Sets
    the triage's `again` and `repeat`."""
    earlier = await history.wanted(conn, run, since=deps.services.clock.now() - LATELY)
    triage["again"] = bool(earlier) and says_again(triage["text"])
    found = list(requests)
    if triage["again"] and not found and triage["move"] in ("", "status"):
        found = _last_wanted(deps, triage, earlier)
    triage["repeat"] = await _repeat(conn, deps, run, found, earlier, again=triage["again"])
    return found


def _last_wanted(deps: Deps, triage: Triage, earlier: Sequence[Wanted]) -> list[Request]:
    """With what was known of it: the customer need not tell it again. The search is for what they asked, not for how
    they complain."""
    for wanted in earlier:
        for told in wanted.requests:
            if told["intent"] in deps.company.playbooks:
                triage["move"], triage["none"] = "", 0.0
                request = agenda.new_request(told["intent"], float(told["probability"]), told["text"])
                return [{**request, "slots": dict(told["slots"]), "focus": dict(told["focus"])}]
    return []


async def _repeat(
    conn: Connection, deps: Deps, run: Run, requests: Sequence[Request], earlier: Sequence[Wanted], *, again: bool
) -> int:
    """In how many other conversations the customer has come with the same lately, over the request they came with most;
    and once more for this conversation, where they say in it that it was not solved."""
    since = deps.services.clock.now() - LATELY
    counts = [await runs.earlier_contacts(conn, run, request["intent"], since=since) for request in requests]
    intents = {request["intent"] for request in requests}
    here = any(
        told["intent"] in intents
        for wanted in earlier
        if wanted.conversation_id == run.conversation_id
        for told in wanted.requests
    )
    return max(counts, default=0) + (again and here)
