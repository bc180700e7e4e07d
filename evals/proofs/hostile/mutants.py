"""Guards that are switched off one at a time, in a copy of the code: with any of them gone, a proof must fail.

`old` stands exactly once in its file; a test of the suite sees to it that the list stays true.
"""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
STATEFUL = "the hostile reasoner"


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """`guard`: what is switched off, in words. `caught_by`: the stateful proof, or an ordinary test as pytest names it."""

    guard: str
    file: str
    old: str
    new: str
    caught_by: str = STATEFUL

    def stands(self, root: Path = ROOT) -> bool:
        """Whether its text is in its file, once."""
        return (root / self.file).read_text("utf-8").count(self.old) == 1

    def apply(self, root: Path) -> None:
        """Raises ValueError where the text does not stand there exactly once."""
        if not self.stands(root):
            raise ValueError(f"{self.file} does not hold the guard '{self.guard}' exactly once")
        path = root / self.file
        path.write_text(path.read_text("utf-8").replace(self.old, self.new), "utf-8")


MUTANTS = (
    Mutant(
        guard="a record that is somebody else's is dropped",
        file="tools/sources.py",
        old="    if record.customer != customer:\n        return None\n",
        new="",
    ),
    Mutant(
        guard="the clauses of entitlement are evaluated",
        file="policy/verdict.py",
        old="    held = rule.when.evaluate(values)\n",
        new="    held = rule.when.evaluate(values) or True\n",
    ),
    Mutant(
        guard="the hard limit",
        file="policy/limits.py",
        old="    held = moved.within(limits.amount_at_most, limits.currency)\n",
        new="    held = True\n",
    ),
    Mutant(
        guard="the amount that the agent may move alone",
        file="policy/limits.py",
        old="        held = moved.within(allow.amount_at_most, allow.currency)\n",
        new="        held = True\n",
    ),
    Mutant(
        guard="the customer's budget",
        file="policy/limits.py",
        old="    held = moved.within(limit - max(ask.spent, 0), allow.currency)\n",
        new="    held = True\n",
    ),
    Mutant(
        guard="a playbook's list of tools",
        file="policy/verdict.py",
        old="(playbook is not None and ask.tool in playbook.tools)",
        new="True",
    ),
    Mutant(
        guard="the autonomy dial",
        file="policy/verdict.py",
        old='said("suggest", ask.autonomy == "auto", ',
        new='said("suggest", True, ',
    ),
    Mutant(
        guard="the certainty that an action needs",
        file="policy/verdict.py",
        old="    sure = ask.confidence >= max(company.thresholds.act_for(ask.tier), company.sure(ask.intent).send)\n",
        new="    sure = True\n",
    ),
    Mutant(
        guard="arguments of exactly the types of the tool",
        file="tools/tool.py",
        old="model_validate(dict(arguments), strict=True)",
        new="model_validate(dict(arguments), strict=False)",
    ),
    Mutant(
        guard="an approval covers the proposal that was approved",
        file="records/sql/approvals.sql",
        old="    SELECT * FROM approvals WHERE run_id = %(run)s AND digest = %(digest)s AND kind = 'action'\n",
        new="    SELECT * FROM approvals WHERE run_id = %(run)s AND (true OR digest = %(digest)s) AND kind = 'action'\n",
    ),
    Mutant(
        guard="the approver's own limit",
        file="policy/authority.py",
        old="    return tool == REPLY or reach(company.roles, roles, tool) >= amount\n",
        new="    return True\n",
    ),
    Mutant(
        guard="the approver's role",
        file="policy/authority.py",
        old="    if rule.role not in powers(company.roles, roles):\n        return False\n    return tool == REPLY",
        new="    return tool == REPLY",
        caught_by="tests/test_policy_verdict.py",
    ),
    Mutant(
        guard="two different people",
        file="policy/authority.py",
        old="    two = (above is not None and amount > above) or (when",
        new="    two = (when",
    ),
    Mutant(
        guard="a card decides only as it was shown",
        file="graph/approvals/decisions.py",
        old='(seen is not None and seen != card.card["digest"]) or ',
        new="",
    ),
    Mutant(
        guard="policy is asked again when an action is reserved",
        file="graph/actions/reserve.py",
        old='    if assessed.verdict.kind != "allow":\n',
        new="    if False:\n",
    ),
    Mutant(
        guard="what was done under a key is not done again",
        file="records/sql/ledger.sql",
        old="WHERE ledger.status = 'refused'\nRETURNING *;",
        new="RETURNING *;",
    ),
    Mutant(
        guard="one reservation at a time for a customer",
        file="records/sql/ledger.sql",
        old="SELECT pg_advisory_xact_lock(hashtextextended(%(customer)s, 2));",
        new="SELECT %(customer)s::text;",
    ),
    Mutant(
        guard="the kill switch, in policy's verdict",
        file="policy/verdict.py",
        old="            not ask.kill_switch,\n",
        new="            True,\n",
    ),
    Mutant(
        guard="the guard of what a reasoner wrote",
        file="graph/truth/guard.py",
        old="        kind = None if quotes else kind_of(sentence) or states(sentence)\n",
        new="        kind = None\n",
    ),
    Mutant(
        guard="articles for staff are not searched for a customer",
        file="knowledge/search.py",
        old='audiences: Sequence[str] = ("public",)',
        new='audiences: Sequence[str] = ("public", "internal")',
    ),
    Mutant(
        guard="a conversation is its customer's",
        file="web/access.py",
        old="            visible = found.customer_id == caller.id\n",
        new="            visible = True\n",
    ),
    Mutant(
        guard="a customer withdraws their own cards alone",
        file="graph/nodes/reply.py",
        old="        if found.conversation_id != conversation.id and not await joins.reaches(conn, conversation, found):\n",
        new="        if False:\n",
    ),
)
