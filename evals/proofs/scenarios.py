"""What is under way while something is killed: for every WRITE tool an eval case in which it is called once, and a request
for a person, where nothing is done."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from evals.case import Scene, scenes
from evals.load import CASES, load_case
from tools.standard import KIT

HANDOFF = "handoff"
PLAYED: Mapping[str, tuple[str, str]] = {
    "issue_refund": ("late-order-approved", "billing.refund"),
    "cancel_subscription": ("cancel-subscription", "billing.cancel"),
    "resume_subscription": ("keep-plan", "billing.resume_subscription"),
    "cancel_and_prorate": ("cancel-now", "billing.cancel_and_prorate"),
    "revert_plan": ("plan-switched", "billing.revert_plan"),
    "change_plan": ("upgrade-plan", "billing.change_plan"),
    "extend_trial": ("extend-trial", "billing.extend_trial"),
    "issue_credit": ("credit-for-disturbance", "billing.issue_credit"),
    "void_credit": ("credit-taken-back", "billing.void_credit"),
    "reset_password": ("locked-out", "identity.reset_password"),
    "reset_mfa": ("lost-mfa", "identity.reset_mfa"),
    "reset_seat": ("seat-access", "identity.reset_seat"),
    "free_seat": ("free-seat-enterprise", "identity.free_seat"),
    "reopen_entitlement": ("reopen-paid", "usage.switch"),
    "close_entitlement": ("close-access", "usage.switch"),
    "change_address": ("address-in-one-message", "commerce.change_address"),
    "reship_order": ("lost-parcel", "commerce.reship"),
    "split_shipment": ("split-delivery", "commerce.split"),
    "cancel_order": ("cancel-order", "commerce.cancel"),
    "book_call": ("one-call-at-a-time", "scheduling.book"),
    "move_call": ("move-call", "scheduling.move"),
    "cancel_call": ("cancel-call", "scheduling.cancel"),
    "delete_account": ("delete-account", "crm.delete"),
    "file_bug": ("bug-in-one-message", "tracker.file"),
    "request_feature": ("feature-request", "tracker.wish"),
    HANDOFF: ("person-asked", ""),
}
"""By tool: the eval case, and the operation of the business system behind the tool."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """`tool` is called once in `scene`, or HANDOFF: nothing is done. `idempotency` is "none" there. `operation` is one of
    `system`; both are "" there."""

    tool: str
    case: str
    idempotency: str
    system: str
    operation: str
    scene: Scene
    says: str


@cache
def scenario(tool: str) -> Scenario:
    """Raises KeyError for a tool that has none."""
    name, behind = PLAYED[tool]
    case = load_case(CASES / f"{name}.yaml")
    action = KIT.action(tool)
    system, _, operation = behind.partition(".")
    return Scenario(
        tool=tool,
        case=name,
        idempotency=action.idempotency.value if action else "none",
        system=system,
        operation=operation,
        scene=scenes(case)[0],
        says=case.phrasings[0],
    )
