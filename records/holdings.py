"""What each column that can hold a text holds. A new column stands here before it can be tested: either the store that
finds and erases it (records/personal.py), or why there is nothing of a customer's in it."""

from collections.abc import Mapping
from typing import Final

IDS: Final = "ids, hashes and words of the code"
STAFF: Final = "of members of staff"
ARTICLES: Final = "of articles: the company's own, or redacted and reviewed before they came here"
AUDIT: Final = "ids and digests for good: docs/decisions/0018-erasure-keeps-money-under-a-pseudonym.md"

HELD: Mapping[str, Mapping[str, str]] = {
    "alembic_version": {IDS: "version_num"},
    "approval_events": {IDS: "approval_id move", STAFF: "actor", "moves": "data"},
    "approvals": {
        "cards": "arguments card decision",
        "identity": "customer_id",
        STAFF: "asked_by assigned_to decided_by edited_by first_by",
        IDS: "conversation_id digest id intent interrupt_id key kind policy_version proposed queue request role run_id"
        " status superseded_by then_do tool",
    },
    "audit": {AUDIT: "action actor chain conversation_id data hash policy_version subject"},
    "audit_seals": {AUDIT: "heads previous signature"},
    "audit_service": {AUDIT: "chain head"},
    "checkpoint_blobs": {"checkpoints": "blob", IDS: "channel checkpoint_ns thread_id type version"},
    "checkpoint_keys": {IDS: "name"},
    "checkpoint_writes": {
        "checkpoints": "blob",
        IDS: "channel checkpoint_id checkpoint_ns task_id task_path thread_id type",
    },
    "checkpoints": {
        "checkpoints": "checkpoint metadata",
        IDS: "checkpoint_id checkpoint_ns parent_checkpoint_id thread_id type",
    },
    "conversations": {
        "agendas": "agenda rating_note",
        "identity": "customer_id",
        STAFF: "assignee",
        IDS: "audit_head channel id status",
    },
    "corrections": {
        "learned": "answer why",
        STAFF: "made_by",
        IDS: "action article conversation_id id intent run_id",
    },
    "dials": {STAFF: "reason set_by", IDS: "autonomy intent"},
    "events": {"events": "data", IDS: "conversation_id run_id type"},
    "handoffs": {
        "handoffs": "package",
        STAFF: "taken_by",
        IDS: "conversation_id id priority queue reason run_id skill",
    },
    "joins": {"joins": "words", IDS: "conversation_id intent joined_to run_id standing to_run"},
    "knowledge_articles": {
        ARTICLES: "body file product plan title url",
        IDS: "audience hash id language source",
    },
    "knowledge_generation": {IDS: "model"},
    "knowledge_passages": {ARTICLES: "heading text", IDS: "article_id id vector"},
    "learned_articles": {ARTICLES: "body title", IDS: "audience base id language replaces"},
    "learned_examples": {"learned": "text", IDS: "conversation_id intent suggestion_id"},
    "ledger": {
        "actions": "arguments receipt",
        "identity": "customer_id",
        STAFF: "asked_by",
        IDS: "approval_id conversation_id currency direction key policy_version proposal_id run_id status tool undoes",
    },
    "ledger_events": {"moves": "data note", STAFF: "actor", IDS: "key move"},
    "lessons": {
        "learned": "answer before question why",
        STAFF: "made_by",
        IDS: "conversation_id key kind run_id source suggestion_id target",
    },
    "messages": {
        "messages": "body citations page receipts",
        STAFF: "staff_id",
        IDS: "author conversation_id id part run_id",
    },
    "model_calls": {IDS: "conversation_id failure intent model run_id"},
    "model_days": {},
    "model_prompts": {"prompts": "about sent", IDS: "conversation_id run_id type version"},
    "procrastinate_jobs": {"jobs": "args lock", IDS: "queue_name queueing_lock task_name"},
    "procrastinate_periodic_defers": {IDS: "periodic_id task_name"},
    "procrastinate_workers": {},
    "proposals": {
        "proposals": "arguments clauses evidence reason",
        IDS: "digest id intent key policy_version run_id tool verdict",
    },
    "questions": {
        "questions": "text",
        IDS: "cited confirmed_by conversation_id intent outcome reason right_article right_intent run_id unhappy",
    },
    "rates": {IDS: "key"},
    "runs": {
        "runs": "calls error given requests",
        STAFF: "asked_by",
        IDS: "conversation_id id kind outcome policy_version reopen reopened_from status",
    },
    "staff": {"identity": "customer_id", STAFF: "name roles", IDS: "id key_hash"},
    "staff_sessions": {STAFF: "staff_id", IDS: "hash key_hash"},
    "submissions": {"submissions": "answer digest key owner"},
    "suggestions": {
        "learned": "change gate overwrites title",
        STAFF: "decided_by undone_by undone_why why",
        IDS: "article_id id kind state target version",
    },
    "switches": {STAFF: "reason set_by", IDS: "name"},
}
"""By table: what, and the columns that hold it."""
NOT_STORES = (IDS, STAFF, AUDIT, ARTICLES)


def declared() -> dict[tuple[str, str], str]:
    """Table and column to what it holds."""
    return {
        (table, column): what
        for table, held in HELD.items()
        for what, names in held.items()
        for column in names.split()
    }
