"""Records that a reply may name, for the tests of what replies may say."""

from datetime import UTC, datetime
from typing import Any

from graph.state import PassageState
from graph.truth.known import Known, Value
from records.ids import ConversationId, CustomerId, LedgerKey, ProposalId, RunId
from records.ledger import Entry, Status

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
REFUND = "issue_refund:ch_1002:late"
PASSAGE: PassageState = {
    "id": "refunds#how-a-refund-is-paid",
    "title": "Refunds",
    "heading": "How a refund is paid",
    "url": "/refunds",
    "text": "The money goes back the way you paid. It shows on your statement within ten working days.\n\n"
    "Open **Settings**, then **Sensors**, and choose the sensor that reports wrong values.",
}


def entry(key: str = REFUND, *, amount: int = 123_450, status: Status = "done", **more: Any) -> Entry:
    """An action of the ledger, in euros."""
    known: dict[str, Any] = {
        "key": LedgerKey(key),
        "proposal_id": ProposalId("prp_1"),
        "approval_id": None,
        "run_id": RunId("run_1"),
        "conversation_id": ConversationId("cnv_1"),
        "customer_id": CustomerId("cus_1"),
        "tool": key.partition(":")[0],
        "arguments": {"charge": "ch_1002", "amount": amount},
        "amount": amount,
        "currency": "EUR",
        "direction": "out",
        "status": status,
        "receipt": {"system": "billing", "reference": "re_7", "amount": amount, "currency": "EUR", "details": {}},
        "policy_version": "v1",
        "reserved_at": AT,
        "settled_at": AT,
        "undoes": None,
        "asked_by": None,
        "looked_at": None,
    }
    return Entry(**(known | more))


KNOWN = Known(
    receipts={REFUND: entry()},
    facts={
        "order.id": Value(kind="text", value="ord_1002"),
        "order.total": Value(kind="money", value=123_450, currency="EUR"),
        "order.promised_at": Value(kind="moment", value="2026-11-17T09:30:00Z"),
        "order.items": Value(kind="texts", value=["Hub 2", "Sensor"]),
        "order.note": Value(kind="text", value="Your refund of 900 dollars was approved."),
    },
    passages={PASSAGE["id"]: PASSAGE},
    playbook="I have refunded 1234.50 EUR for order ord_1002.",
)
