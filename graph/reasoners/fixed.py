"""What becomes of a request where no reasoner has a choice: code decides it, whichever reasoner there is."""

from graph.reading import UNREAD
from graph.reasoners.protocol import View
from graph.replies.texts import text
from graph.state import ReceiptState, Request, Step, VerdictState
from policy.verdict import STALE

TO_A_PERSON = {"kill_switch", "autonomy_off", "nobody_may", "under_way", "checked", "run", UNREAD}
"""Denials that are not about the customer's entitlement: a person takes over."""

TOLD = {"already_pending": "already_with_us", "already_done": "already_done", STALE: "sign_in_again"}
"""Denials with words of their own."""

NOT_SOLVED = "not_solved"
"""The customer was answered, comes back because it is not solved, and there is nothing else to tell them."""


def by_records(view: View, request: Request) -> tuple[Request, Step | None] | None:
    """What becomes of a request where no reasoner has a choice; None where one has."""
    playbook, receipt, denial = (
        view.company.playbooks.get(request["intent"]),
        receipt_of(view, request),
        denial_of(view, request),
    )
    if playbook is None:
        return request, {"kind": "escalate", "because": "no_playbook"}
    if receipt is not None:
        return _in_approved_words(view, request)
    if denial is not None:
        return _settled_denial(view, request, denial)
    if not view.verified and (playbook.needs or playbook.tools):
        return {**request, "status": "declined", "said": text("sign_in")}, None
    if set(playbook.needs) & set(view.gaps_of(request)):
        return request, {"kind": "escalate", "because": UNREAD}
    return None


def receipt_of(view: View, request: Request) -> ReceiptState | None:
    return next((r for r in view.receipts if r["request"] == request["id"]), None)


def denial_of(view: View, request: Request) -> VerdictState | None:
    return next((d for d in reversed(view.denials) if d["request"] == request["id"]), None)


def answered(view: View, request: Request, words: str) -> Request:
    """Settled by words. Where policy refused an action and none was done it is declined, whatever the words say."""
    refused = denial_of(view, request) is not None and receipt_of(view, request) is None
    return {**request, "status": "declined" if refused else "done", "said": words}


def _in_approved_words(view: View, request: Request) -> tuple[Request, None] | None:
    """What was done is told in the words that the person saw who approved it."""
    card = view.approval
    if card is None or card["status"] != "approved" or card["request"] != request["id"]:
        return None
    return {**request, "status": "done", "said": card["approve"]}, None


def _settled_denial(view: View, request: Request, denial: VerdictState) -> tuple[Request, Step | None] | None:
    """What a denial leaves no choice about; None for one that is about what the customer may have."""
    names = {clause["id"] for clause in denial["clauses"] if not clause["held"]}
    if names & TO_A_PERSON:
        return request, {"kind": "escalate", "because": sorted(names & TO_A_PERSON)[0]}
    if "already_done" in names and view.triage["again"]:
        return request, {"kind": "escalate", "because": NOT_SOLVED}
    told = next((said for name, said in TOLD.items() if name in names), None)
    return ({**request, "status": "declined", "said": text(told)}, None) if told else None
