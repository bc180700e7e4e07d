"""A receipt as the flow carries it, from the ledger's row."""

from graph.state import ReceiptState
from records.ledger import Entry


def receipt_of(entry: Entry, request: str) -> ReceiptState:
    """`request`: the request it serves. Raises ValueError for an action without a receipt."""
    if entry.status != "done" or entry.receipt is None:
        raise ValueError(f"{entry.key} is {entry.status}.")
    return {
        "request": request,
        "key": entry.key,
        "tool": entry.tool,
        "system": entry.receipt["system"],
        "reference": entry.receipt["reference"],
        "amount": entry.receipt["amount"],
        "currency": entry.receipt["currency"],
        "details": entry.receipt["details"],
    }
