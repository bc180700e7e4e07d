"""Typed ids. A customer id cannot be passed where an order id is meant; mypy sees the difference."""

import secrets
from typing import NewType

ConversationId = NewType("ConversationId", str)
MessageId = NewType("MessageId", str)
RunId = NewType("RunId", str)
ProposalId = NewType("ProposalId", str)
ApprovalId = NewType("ApprovalId", str)
HandoffId = NewType("HandoffId", str)
CustomerId = NewType("CustomerId", str)
StaffId = NewType("StaffId", str)
LedgerKey = NewType("LedgerKey", str)
SuggestionId = NewType("SuggestionId", str)


def new_id(prefix: str) -> str:
    """A fresh id such as `run_3f9c…`: the prefix tells people and logs what it names; 80 random bits follow."""
    return f"{prefix}_{secrets.token_hex(10)}"
