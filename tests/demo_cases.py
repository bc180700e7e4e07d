"""One call of each WRITE tool that the demo company's seed allows, for the tests of the executor."""

from typing import Any

from records.ids import CustomerId
from tests.demo_fixtures import ADA, DEE, PATIENCE, call_of
from tools.executor import Outcome, execute, recover
from tools.standard import KIT
from tools.systems import Systems
from tools.tool import Call, Tool

Case = tuple[str, str, str, CustomerId, dict[str, Any], str]

REFUND: Case = (
    "billing",
    "refund",
    "issue_refund",
    ADA,
    {"charge": "ch_1001", "amount": 4800, "cause": "late"},
    "issue_refund:ch_1001:late",
)
CANCEL: Case = (
    "billing",
    "cancel",
    "cancel_subscription",
    ADA,
    {"subscription": "sub_2001", "when": "period_end"},
    "cancel_subscription:sub_2001:2026-07-12T12:00:00+00:00",
)
ADDRESS: Case = (
    "commerce",
    "change_address",
    "change_address",
    DEE,
    {"order": "ord_1004", "address": "7 New Lane, Port Ellery"},
    "change_address:ord_1004:7 New Lane, Port Ellery@1",
)
BUG: Case = (
    "tracker",
    "file",
    "file_bug",
    ADA,
    {"title": "Export fails", "description": "The export stops at 10 %."},
    "file_bug:Export fails:0123456789ab",
)
SETTLED = [REFUND, CANCEL, ADDRESS]
SETTLE = 0.01
LONGER = PATIENCE * 2


def parts(case: Case) -> tuple[Tool, Call, dict[str, Any]]:
    _, _, name, customer, arguments, key = case
    tool = KIT.action_named(name)
    return tool, call_of(customer, key), tool.parse(arguments)


async def run(case: Case, systems: Systems, settle_after: float = SETTLE) -> Outcome:
    tool, call, arguments = parts(case)
    return await execute(tool, systems, call, arguments, settle_after=settle_after)


async def found_reserved(case: Case, systems: Systems) -> Outcome:
    tool, call, arguments = parts(case)
    return await recover(tool, systems, call, arguments, settle_after=SETTLE)
