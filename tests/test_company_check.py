"""`closeloop company check`: each thing it finds, by one edit of a company that is in order."""

import json
import shutil
from pathlib import Path

import pytest

from commands.checks.conditions import constant, parts
from commands.checks.finding import Finding, checked
from commands.company import CHECKS
from commands.new import TEMPLATES
from knowledge.confusion import confusions
from knowledge.embedder import Embedder
from policy.cel import Condition, Environment
from policy.source import Node, document
from tests.cli_world import ROOT, make_world
from tests.company_case import edit
from tests.test_cli import run
from wiring import load, load_kit

POLICY, COMPANY = "policy.yaml", "company.yaml"
WHERE, LATE, RETURNS = "playbooks/where_is_order.md", "playbooks/late_order_refund.md", "playbooks/return_goods.md"
DAMAGED, ADDRESS = "playbooks/damaged_goods.md", "playbooks/change_address.md"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TEMPLATES / "shop", tmp_path / "shop"))


def found_in(folder: Path) -> list[Finding]:
    """Without what takes the sentence model."""
    found = checked(folder, load(folder), load_kit(folder))
    return [each for check in CHECKS for each in check(found)]


def condition(source: str) -> Condition:
    problems: list[object] = []
    node: Node = document(f"when: {json.dumps(source)}", file="f", problems=problems).need("when")  # type: ignore[arg-type]
    return Environment(structs={}, values={"a": "bool", "b": "bool", "c": "string"}).condition(node)


@pytest.mark.parametrize("template", ["saas", "shop"])
def test_a_folder_in_order_has_nothing_but_notes(template: str) -> None:
    assert {each.severity for each in found_in(TEMPLATES / template)} == {"note"}


@pytest.mark.parametrize(
    ("file", "old", "new", "what"),
    [
        (WHERE, "when: order.days_late == 0", "when: order.days_late > 0 && tracking.order == order.id", "This rule is never reached: the one on line"),
        (WHERE, "when: order.days_late == 0", "when: 1 > 2", "This rule never holds: 1 > 2."),
        (LATE, "  - when: order.delivered_at == null\n    say: >-", "  - when: 2 > 1\n    escalate: true\n  - when: order.delivered_at == null\n    say: >-", "The last rule is never reached: the one on line"),
        (WHERE, "autonomy: auto\n", "autonomy: auto\ntools: [change_address]\nreplies: {done: Done., holding: Wait., declined: No.}\n", "change_address is listed, but no rule proposes it."),
        (DAMAGED, "  - when: slots.damage == null\n    ask: damage\n", "", "Nothing asks for the slot damage or looks at it."),
        (WHERE, "when: order.delivered_at != null\n", "when: order.status == 'delivered'\n", "The text names order.delivered_at, which may be empty; this rule is passed over then."),
        (WHERE, "when: order.days_late == 0\n    say: Order", "when: order.days_late == 0\n    say: With {{ tracking.carrier }}, order", "The text names tracking, which need not be there; this rule is passed over then."),
        (LATE, "A colleague takes a quick look at", "{{ tracking.carrier }} has it. A colleague takes a quick look at", "The text names tracking, which need not be there; only a general sentence is sent then."),
        (POLICY, "amount_at_most: 8000", "amount_at_most: 300000", "issue_refund is allowed up to more than its limit"),
        (POLICY, "{customer: 16000, days: 30}", "{customer: 4000, days: 30}", "issue_refund may never reach its amount: the budget of a customer is smaller."),
        (POLICY, "role: billing, expires: 24h, then: escalate", "role: billing, expires: 24h, then: escalate, two_people_above: 200000", "Two people are never needed for issue_refund"),
        (POLICY, "when: value > 100000", "when: value < 0", "The trigger high_value can never fire: value < 0."),
        (POLICY, "when: urgency >= 0.9", "when: urgency >= 0.0", "The trigger time_critical always fires"),
        (POLICY, "when: repeat >= 3", "when: none >= 0.5 && repeat >= 3", "The trigger repeated never comes first: nothing_like_it fires whenever it does."),
        (POLICY, "standard: 0.60", "standard: 0.30", "The confidence to act for standard is not above that to understand"),
        (POLICY, "another: 0.80", "another: 0.20", "A second request is taken from a lower probability than the first."),
        (POLICY, "support: 0.35", "support: 1.0", "The threshold support is 1, which no probability reaches."),
        (POLICY, "{send: 0.40, draft: 0.30}", "{send: 1.0, draft: 0.30}", "The threshold sure.send is 1, which nothing reaches"),
        (COMPANY, "when: tier == 'enterprise'", "when: tier == 'gold'", "This routing rule never holds: tier == 'gold'."),
        (COMPANY, "  commerce: demo\n", "", "It needs order from commerce, and no system is connected there."),
        (COMPANY, "  commerce: demo\n", "  commerce: demo\n  warehouse: wiring:load\n", "No fact and no tool of the kits uses the port warehouse."),
        ("articles/returns.md", "(damaged.md)", "(broken.md)", "The link to broken.md leads nowhere."),
        ("articles/returns.md", "(damaged.md)", "(damaged.md#how)", "damaged.md has no heading #how."),
        ("articles/returns.md", "(damaged.md)", "(internal/refunds.md)", "Customers are sent to internal/refunds.md, which is internal."),
    ],
)  # fmt: skip
def test_what_is_surely_not_meant_is_a_warning(shop: Path, file: str, old: str, new: str, what: str) -> None:
    edit(shop, file, old, new)

    warnings = [each for each in found_in(shop) if each.severity == "warning"]

    assert [each.what for each in warnings if each.what.startswith(what)] != []


def test_a_warning_names_the_line_of_the_edit(shop: Path) -> None:
    line = edit(shop, POLICY, "when: value > 100000", "when: value < 0")

    assert [each.place for each in found_in(shop) if each.severity == "warning"] == [f"shop/{POLICY}:{line}"]


def test_a_limit_that_nobody_may_approve_is_named(shop: Path) -> None:
    edit(shop, POLICY, "amount_at_most: 200000", "amount_at_most: 900000")
    edit(shop, COMPANY, '    approves: {"*": any}\n', "")

    what = "Nobody may approve issue_refund as far as its limit of 9000.00 USD."
    assert what in [each.what for each in found_in(shop)]


def test_an_action_that_nobody_may_approve_is_an_error(shop: Path) -> None:
    edit(shop, COMPANY, "approves: {change_address: any}", "approves: {}")
    edit(shop, COMPANY, '    approves: {"*": 200000}\n', "")
    edit(shop, COMPANY, '    approves: {"*": any}\n', "")

    errors = [each for each in found_in(shop) if each.severity == "error"]

    assert [each.what for each in errors] == [
        "Nobody may approve change_address: no role that is or includes support approves it."
    ]


def test_a_tool_that_no_playbook_uses_is_named(shop: Path) -> None:
    (shop / ADDRESS).unlink()

    assert "No playbook may propose change_address." in [each.what for each in found_in(shop)]


def test_an_article_that_cannot_be_read_is_an_error_with_its_line(shop: Path) -> None:
    edit(shop, "articles/late.md", "audience: public", "audience: anyone")

    (error,) = [each for each in found_in(shop) if each.severity == "error"]

    assert (error.place, error.what) == (
        "shop/articles/late.md:3",
        "Must be 'public' or 'internal', or 'segment:NAME' with a name in small letters.",
    )


def test_a_help_centre_that_is_missing_is_an_error_and_an_empty_one_a_warning(shop: Path) -> None:
    shutil.rmtree(shop / "articles")
    missing = [each.severity for each in found_in(shop) if "no folder of articles" in each.what]
    (shop / "articles").mkdir()
    empty = [each.severity for each in found_in(shop) if "There are no articles." in each.what]

    assert (missing, empty) == (["error"], ["warning"])


def test_the_command_finds_what_takes_the_sentence_model(tmp_path: Path, shop: Path) -> None:
    make_world(tmp_path / "var")
    edit(shop, RETURNS, "  - I need a return label\n", "  - I need a return label\n  - where is my parcel now\n")
    (shop / "articles" / "delivery.md").unlink()

    said = run(tmp_path, "company", "check", str(shop), "--json")
    found = json.loads(said.out)

    assert said.code == 0
    assert [each["what"].split(":")[0] for each in found if "says nearly the same" in each["what"]] == [
        "“where is my parcel now” (return_goods) says nearly the same as one of where_is_order"
    ]
    assert [each["file"] for each in found if "`search` finds no article" in each["what"]] == [
        "shop/playbooks/delivery_costs.md"
    ]
    assert run(tmp_path, "company", "check", str(shop), "--strict").code == 1


def test_a_folder_that_does_not_load_has_all_its_mistakes_in_the_table(tmp_path: Path, shop: Path) -> None:
    edit(shop, POLICY, "support: 0.35", "support: high")
    edit(shop, WHERE, "needs: [order]", "needs: [ordre]")

    said = run(tmp_path, "company", "check", str(shop))

    assert said.code == 1
    assert "shop/playbooks/where_is_order.md:17" in said.out
    assert "thresholds.support: must be a number from 0 to 1" in said.out
    assert said.out.endswith("errors.")


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    said = run(tmp_path, "company", "check", str(tmp_path / "nowhere"))

    assert (
        said.err == f"closeloop: There is no company folder {tmp_path / 'nowhere'}: name it, or set COMPANY to yours."
    )


def test_examples_are_judged_by_a_model_that_has_not_seen_them() -> None:
    parcels = ["where is my parcel", "when does the parcel come", "track my parcel", "parcel not here yet"]
    bills = ["send me the bill", "I need an invoice", "the bill is wrong", "where is my parcel's delivery van"]

    taken, twins = confusions(Embedder(ROOT / "var" / "models"), {"parcel": parcels, "bill": bills})

    assert ("where is my parcel's delivery van", "bill", "parcel") in [
        (each.text, each.intent, each.other) for each in taken
    ]
    assert twins == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a && b", {"a", "b"}),
        ("(a) && (b || a)", {"a", "b||a"}),
        ("a || b", {"a||b"}),
        ("a && b ? a : b", {"a&&b?a:b"}),
        ('c == "x && y"', {"c=='x && y'"}),
    ],
)
def test_a_condition_is_taken_apart_at_its_outermost_ands(source: str, expected: set[str]) -> None:
    assert parts(condition(source)) == expected


def test_a_condition_without_a_variable_is_constant() -> None:
    assert [constant(condition(source)) for source in ("1 < 2", "2 < 1", "a")] == [True, False, None]
