"""The company folder: the demo company as it is, and every mistake named by file, line and field."""

import re
from pathlib import Path

import pytest

from knowledge.articles import load_articles
from policy.company import COMPANY_KEYS, POLICY_KEYS, load_company
from policy.live import LiveCompany
from policy.playbook import KEYS
from policy.source import CompanyInvalid
from tests.company_case import FOLDER, TIDEWATER, TOOLS, VOCABULARY, copied, edit, problems_of

DOCS = FOLDER.parent / "docs" / "company.md"
POLICY, COMPANY = "policy.yaml", "company.yaml"
LATE, BUG = "playbooks/late_order_refund.md", "playbooks/report_bug.md"
ADDRESS, WISH = "playbooks/change_address.md", "playbooks/feature_request.md"


def test_the_demo_company_loads_whole() -> None:
    assert TIDEWATER.name == "Tidewater"
    assert set(TIDEWATER.tools) == set(TOOLS)
    assert set(TIDEWATER.playbooks) == {path.stem for path in (FOLDER / "playbooks").glob("*.md")}
    assert re.fullmatch("[0-9a-f]{64}", TIDEWATER.version)


def test_the_demo_company_gives_the_intent_model_enough_examples() -> None:
    assert all(10 <= len(playbook.examples) <= 40 for playbook in TIDEWATER.playbooks.values())
    assert all(len(sentences) >= 8 for sentences in TIDEWATER.moves.values())
    assert all(len(sentences) >= 12 for sentences in TIDEWATER.signals.values())
    assert set(TIDEWATER.examples) == {*TIDEWATER.playbooks, *TIDEWATER.moves} - {"none"}


def test_no_sentence_is_an_example_of_two_things() -> None:
    sentences = [sentence for examples in TIDEWATER.examples.values() for sentence in examples]

    assert len(sentences) == len(set(sentences))


def test_the_demo_company_has_a_help_centre() -> None:
    articles = load_articles(TIDEWATER.articles)

    assert sum(article.audience == "public" for article in articles) >= 10
    assert sum(article.audience == "internal" for article in articles) >= 2


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (POLICY, "when: amount + charge", "when: amunt + charge", "tools.issue_refund.clauses[2].when: unknown name 'amunt'"),
        (POLICY, "order.days_late > 0", "order.late > 0", "tools.issue_refund.clauses[3].when: undefined field 'late' of order; it has: id,"),
        (POLICY, "amount_at_most: 10000", "amount_at_most: ten", "tools.issue_refund.allow.amount_at_most: must be a whole number"),
        (POLICY, "days: 30}", "days: 0}", "tools.issue_refund.allow.per.days: must be a whole number of at least 1"),
        (POLICY, "role: billing", "role: biling", "unknown role 'biling', did you mean 'billing'?"),
        (POLICY, "  file_bug:", "  file_bugs:", "tools.file_bugs: unknown tool 'file_bugs'"),
        (POLICY, "two_people_above: 100000", "two_persons: 100000", "tools.issue_refund.approval.two_persons: unknown key"),
        (POLICY, "{enterprise: confidence < 0.5", "{platinum: confidence < 0.5", "unknown tier 'platinum'"),
        (POLICY, "value > 200000", "value > 'much'", "triggers[5].when: '>' cannot be used on (int, string)"),
        (POLICY, "none: 0.50", "none: 50", "thresholds.none: must be a number from 0 to 1"),
        (POLICY, "enterprise: 0.80", "business: 0.80", 'not valid YAML: found duplicate key "business"'),
        (POLICY, "drafts: {role: support, expires: 12h", "drafts: {role: support", "drafts.expires: is missing"),
        (POLICY, "id: late_total", "id: late", "tools.issue_refund.clauses[4].id: a second clause named 'late'"),
        (POLICY, "allow: {}", "allow: {amount_at_most: 1}", ".allow: needs an amount: give the tool a `money` block"),
        (POLICY, "drafts: {role: support,", "drafts: {two_people_above: 1, role: support,", "drafts.two_people_above: needs an amount"),
        (COMPANY, "{issue_refund: 50000,", "{issue_refnd: 50000,", "roles.billing.approves.issue_refnd: unknown tool 'issue_refnd'"),
        (COMPANY, "queue: general             #", "queue: genral #", "routing[6].queue: unknown queue 'genral', did you mean 'general'?"),
        (COMPANY, "due: 24h", "due: soon", "routing[6].due: must be a length of time such as 90m, 24h or 7d"),
        (COMPANY, "includes: [lead]", "includes: [boss]", "roles.admin.includes[0]: unknown role 'boss'"),
        (COMPANY, "timezone: Europe/London", "timezone: Europe/Atlantis", "hours.timezone: unknown time zone"),
        (COMPANY, "08:00-18:00", "8-18", 'hours.friday: must be a span such as "09:00-18:00"'),
        (COMPANY, "enterprise: Formal", "entreprise: Formal", "unknown tier 'entreprise', did you mean 'enterprise'?"),
        (COMPANY, "    fr: Say", "    french: Say", "tone.languages.french: 'french' is no language"),
        (COMPANY, 'nameless: "Hello,"', 'nameless: "Hello {{ customer.name }},"', "email.nameless: unknown name 'customer'"),
        (COMPANY, "Guten Tag {{ customer.name }}", "Guten Tag {{ customer.plan }}", "undefined field 'plan' of customer; it has: name"),
        (COMPANY, 'nameless: "Guten Tag,"', 'namelss: "Guten Tag,"', "email.languages.de.namelss: unknown key, did you mean 'nameless'?"),
        (COMPANY, "voice: >", "vioce: >", "vioce: unknown key, did you mean 'voice'?"),
        (LATE, "needs: [order]", "needs: [ordre]", "needs[0]: unknown fact 'ordre', did you mean 'order'?"),
        (LATE, "call: issue_refund", "call: isue_refund", "propose[3].call: unknown tool of this playbook 'isue_refund'"),
        (LATE, "amount: order.total -", "amount: order.totl -", "propose[3].with.amount: undefined field 'totl' of order"),
        (LATE, "charge: order.charge", "charge: order.total", "propose[3].with.charge: must be a string, but is int"),
        (LATE, "cause: \"'late'\"", "cause: \"'tardy'\"", "must be one of late, duplicate, damaged, goodwill, but is tardy"),
        (LATE, "cause: \"'late'\"", "because: \"'late'\"", "propose[3].with.because: unknown key"),
        (LATE, "otherwise: escalate", "otherwise: shrug", "propose[6].otherwise: unknown last rule 'shrug'"),
        (LATE, "intent: late_order_refund", "intent: late_refund", "intent: must be the file's name, late_order_refund"),
        (LATE, "autonomy: auto", "autonomy: full", "autonomy: unknown autonomy 'full'; known: off, suggest, auto"),
        (LATE, "queue: orders", "queue: parcels", "queue: unknown queue 'parcels'"),
        (WISH, "pattern: (?s)\\A(?P<value>", "pattern: (?s)\\A(?:", ".pattern: must have a group"),
        (ADDRESS, "matches: ^(?!", "matches: ^((?!", "slots[0].matches: not a regular expression"),
        (BUG, "ask: details", "ask: detail", "propose[2].ask: unknown slot 'detail', did you mean 'details'?"),
        (BUG, "slots.details == null", "slots.detail == null", "propose[2].when: undefined field 'detail' of slots"),
    ],
)  # fmt: skip
def test_a_broken_field_names_file_line_and_field(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    company = copied(tmp_path)
    line = edit(company, file, old, new)

    found = [str(problem) for problem in problems_of(company)]

    assert any(problem.startswith(f"company/{file}:{line}: ") and message in problem for problem in found), found


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "message"),
    [
        (COMPANY, "voice: >", "vioce: >", "name: Tidewater", "voice: is missing"),
        (COMPANY, "  - queue: general             #", "  - when: value > 0\n    queue: general #", "  - when: value > 0", "routing[6].when: the last rule is for everything else"),
        (LATE, "    call: issue_refund\n", "", "  - when: order.days_late > 0", "propose[3]: must do one thing"),
        (LATE, "    escalate: true\n    because: order_cancelled", "    escalate: maybe", "    escalate: maybe", "propose[0].escalate: must be true"),
        (LATE, "needs: [order]", "needs: [order, order]", "needs: [order", "needs: names the same thing twice"),
        (LATE, "cause: \"'late'\"", "because: \"'late'\"", "with:", "propose[3].with.cause: is missing"),
        (LATE, "otherwise: escalate", "when: order.total > 0\n    escalate: true", "when: order.total > 0", "propose[6]: the last rule must be"),
        (LATE, "  - when: order.refunded >= order.total\n    say", "  - say", "  - say", "propose[2]: a rule without `when` must be the last"),
        (LATE, "    call: issue_refund", "    call: issue_refund\n    answer: true", "  - when: order.days_late", "propose[3]: does two things at once: call and answer"),
        (LATE, "tracking.carrier", "tracking.carier", "Order {{ order.id }} is not late yet", "propose[5].say: undefined field 'carier' of tracking"),
        (LATE, "receipt.amount |", "receipt.sum |", "I am sorry that your order is late", "replies.done: undefined field 'sum' of receipt"),
        (BUG, "{% endif %}. They", ". They", "Thank you for telling us", "replies.done: not a valid template"),
        (BUG, "    page: error\n", "", "- name: shown", "slots[4]: can never be filled"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_whole_of_something_is_named_where_it_begins(
    tmp_path: Path, file: str, old: str, new: str, place: str, message: str
) -> None:
    company = copied(tmp_path)
    edit(company, file, old, new)

    found = [str(problem) for problem in problems_of(company)]
    text = (company / file).read_text()
    line = text[: text.index(place)].count("\n") + 1

    assert any(problem.startswith(f"company/{file}:{line}: ") and message in problem for problem in found), found


def test_all_mistakes_of_a_folder_are_reported_at_once(tmp_path: Path) -> None:
    company = copied(tmp_path)
    edit(company, POLICY, "value > 200000", "valeu > 200000")
    edit(company, COMPANY, "due: 24h", "due: soon")
    edit(company, LATE, "needs: [order]", "needs: [ordre]")

    with pytest.raises(CompanyInvalid) as raised:
        load_company(company, VOCABULARY)

    assert [problem.file for problem in raised.value.problems][:2] == ["company/company.yaml", f"company/{LATE}"]
    assert raised.value.detail.count("\n") + 1 == len(raised.value.problems)


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("playbooks/status.md", "---\nintent: status\n---\nBody\n", "is the name of a move"),
        ("playbooks/plain.md", "No front matter.\n", "must begin with front matter"),
        ("playbooks/broken.md", "---\nintent: [\n---\nBody\n", "not valid YAML"),
        ("policy.yaml", "- a list\n", "must be a mapping of names to values"),
        ("company.yaml", "", "must be a mapping of names to values"),
    ],
)
def test_a_file_that_is_no_such_thing_is_named(tmp_path: Path, file: str, text: str, message: str) -> None:
    company = copied(tmp_path)
    (company / file).write_text(text)

    found = [str(problem) for problem in problems_of(company)]

    assert any(problem.startswith(f"company/{file}:") and message in problem for problem in found), found


def test_an_empty_folder_says_what_is_missing(tmp_path: Path) -> None:
    company = tmp_path / "company"
    company.mkdir()

    found = [str(problem) for problem in problems_of(company)]

    assert "company/company.yaml:1: there is no such file" in found
    assert "company/policy.yaml:1: there is no such file" in found
    assert "company/playbooks:1: there is no playbook here" in found


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    company = copied(tmp_path)
    (company / POLICY).write_bytes(b"tools: \xff\n")

    assert "company/policy.yaml:1: is not UTF-8 text" in [str(problem) for problem in problems_of(company)]


def test_the_version_changes_with_every_file_but_the_articles(tmp_path: Path) -> None:
    company = copied(tmp_path)
    before = load_company(company, VOCABULARY).version
    (company / "articles").mkdir()
    (company / "articles" / "new.md").write_text("New")
    unchanged = load_company(company, VOCABULARY).version
    (company / LATE).write_text((company / LATE).read_text() + "\nBe kind.\n")

    assert before == unchanged == TIDEWATER.version
    assert load_company(company, VOCABULARY).version != before


class Ticks:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_an_edit_takes_effect_within_a_second(tmp_path: Path) -> None:
    company, ticks = copied(tmp_path), Ticks()
    live = LiveCompany(company, VOCABULARY, ticks)
    edit(company, COMPANY, "name: Tidewater", "name: Lowwater Ltd")

    at_once = live.current().name
    ticks.seconds = 1.0

    assert (at_once, live.current().name) == ("Tidewater", "Lowwater Ltd")
    assert live.problem is None


def test_a_broken_edit_keeps_the_last_company_that_was_whole(tmp_path: Path) -> None:
    company, ticks = copied(tmp_path), Ticks()
    live = LiveCompany(company, VOCABULARY, ticks)
    edit(company, POLICY, "value > 200000", "valeu > 200000")
    ticks.seconds = 1.0

    assert live.current().version == TIDEWATER.version
    ticks.seconds = 2.0
    assert live.current().version == TIDEWATER.version
    assert live.problem is not None
    assert "unknown name 'valeu'" in live.problem.detail

    edit(company, POLICY, "valeu > 200000", "value > 150000")
    ticks.seconds = 3.0

    assert live.current().version != TIDEWATER.version
    assert live.problem is None


def test_a_folder_that_disappears_keeps_the_last_company(tmp_path: Path) -> None:
    company, ticks = copied(tmp_path), Ticks()
    live = LiveCompany(company, VOCABULARY, ticks)
    company.rename(tmp_path / "elsewhere")
    ticks.seconds = 1.0

    assert live.current().name == "Tidewater"
    assert live.problem is not None


def test_a_company_that_is_broken_from_the_start_is_refused(tmp_path: Path) -> None:
    company = copied(tmp_path)
    edit(company, POLICY, "value > 200000", "valeu > 200000")

    with pytest.raises(CompanyInvalid):
        LiveCompany(company, VOCABULARY, Ticks())


@pytest.mark.parametrize("key", sorted({*COMPANY_KEYS, *POLICY_KEYS, *KEYS}))
def test_every_key_of_the_folder_is_documented(key: str) -> None:
    assert f"`{key}`" in DOCS.read_text()


def test_the_examples_of_the_documentation_make_a_company(tmp_path: Path) -> None:
    about, rules, playbook = re.split(r"^## (?:policy\.yaml|Playbooks)$", DOCS.read_text(), flags=re.MULTILINE)[:3]
    (tmp_path / "playbooks").mkdir()
    (tmp_path / COMPANY).write_text("\n".join(blocks(about, "yaml")))
    (tmp_path / POLICY).write_text("\n".join(blocks(rules, "yaml")))
    (tmp_path / "playbooks" / "change_address.md").write_text(blocks(playbook, "markdown")[0])

    assert [str(problem) for problem in problems_of(tmp_path)] == []


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
