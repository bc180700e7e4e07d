"""Steps of a playbook: which one is next, what an answer means, and every mistake in how they are written."""

from pathlib import Path
from typing import Any

import pytest

from policy.company import load_company
from policy.steps import Guide, GuideStep, Walk
from tests.company_case import CUSTOMER, NOW, TIDEWATER, VOCABULARY, copied, edit, problems_of

HUB = "playbooks/hub_offline.md"
BUSINESS = CUSTOMER | {"tier": "business"}
UPDATE = """---
intent: update_app
examples: [update]
needs: []
queue: technical
autonomy: auto
steps:
  - id: renew
    ask: Please take the business plan under Billing. Tell me when you have done so.
    check: customer.tier == 'business'
  - id: restart
    skip_when: customer.plan == 'starter'
    ask: Now restart the app. Does it open, {{ customer.name }}?
    answers: {"yes": [opens], "no": not|n't}
    then: {"yes": solved, "no": renew}
propose:
  - guide: true
  - otherwise: escalate
    because: app_stays_shut
---
Renew, then restart.
"""


def hub() -> Guide:
    found = TIDEWATER.playbooks["hub_offline"].guide
    assert found is not None
    return found


def step(name: str) -> GuideStep:
    found = hub().step(name)
    assert found is not None
    return found


def walk(at: str, **slots: str) -> Walk:
    return hub().walk(at, slots, {"now": NOW}, ())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The demo company with a playbook of two steps, one of them about the records."""
    company = copied(tmp_path)
    (company / "playbooks/update_app.md").write_text(UPDATE)
    return company


def update(folder: Path, *, unread: tuple[str, ...] = (), at: str = "", **facts: Any) -> Walk:
    guide = load_company(folder, VOCABULARY).playbooks["update_app"].guide
    assert guide is not None
    return guide.walk(at, {}, {"now": NOW, **facts}, unread)


@pytest.mark.parametrize(
    ("answer", "meant"),
    [
        ("yes", "yes"),
        ("Yes, it's green", "yes"),
        ("ok, the light is on now", "yes"),
        ("no", "no"),
        ("No, it's not on", "no"),
        ("it is not on", "no"),
        ("It isn't lit", "no"),
        ("It isn’t lit", "no"),
        ("everything is dark", "no"),
        ("I am standing in front of it", None),
        ("the onboarding went well, nobody knows", None),
    ],
)
def test_of_several_answers_the_one_that_is_named_first_counts(answer: str, meant: str | None) -> None:
    assert step("power").answers.pick(answer) == meant


def test_the_longest_of_the_words_at_one_place_counts() -> None:
    assert step("link").answers.pick("network   CABLE") == "cable"
    assert step("firmware").answers.pick("no, it cannot be updated") == "older"


def test_steps_follow_the_list_unless_an_answer_leads_elsewhere() -> None:
    assert step("power").then == {"yes": "link", "no": "plug"}
    assert step("plug").then == {"yes": "link", "no": "rules"}
    assert step("firmware").then == dict.fromkeys(("current", "older", "skipped"), "reset")
    assert step("reset").then == {"yes": "solved", "no": "rules"}


def test_everybody_begins_at_the_first_step_and_a_step_that_is_no_more_begins_again() -> None:
    assert walk("").step == "power"
    assert walk("a_step_of_an_earlier_version").step == "power"
    assert walk("solved").step == "solved"


def test_a_step_that_need_not_be_asked_is_passed_and_noted() -> None:
    assert walk("link", via="wifi") == Walk(step="wifi", slots={"via": "wifi", "link": "skipped", "cable": "skipped"})
    assert walk("wifi", link="cable").slots == {"link": "cable", "wifi": "skipped", "firmware": "skipped"}
    assert walk("link") == Walk(step="link", slots={})


def test_a_check_on_the_records_is_read_for_before_it_is_asked(folder: Path) -> None:
    assert update(folder, unread=("order", "customer")) == Walk(step="renew", slots={}, read=("customer",))
    assert update(folder, customer=CUSTOMER) == Walk(step="renew", slots={})
    assert update(folder) == Walk(step="renew", slots={})


def test_a_check_that_holds_is_no_question_any_more(folder: Path) -> None:
    assert update(folder, customer=BUSINESS) == Walk(step="restart", slots={"renew": "done"})


def test_who_would_go_round_in_a_circle_leaves_for_the_rules(folder: Path) -> None:
    edit(folder, "playbooks/update_app.md", '"no": renew}', '"no": renew, skipped: renew}')

    assert update(folder, customer=BUSINESS | {"plan": "starter"}).step == "rules"


def test_a_question_that_names_what_is_not_there_is_not_asked(folder: Path) -> None:
    edit(folder, "playbooks/update_app.md", "take the business plan", "pay for {{ order.id }}")

    assert update(folder, customer=CUSTOMER) == Walk(step="restart", slots={"renew": "skipped"})


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ('"no": renew}', '"no": renwe}', "then:", "steps[1].then.no: unknown step 'renwe', did you mean 'renew'?"),
        ('"no": renew}', '"nope": renew}', "then:", "steps[1].then.nope: unknown outcome 'nope', did you mean 'no'?"),
        ('"yes": solved, "no": renew', "done: solved", "then:", "steps[1].then.done: unknown outcome 'done'"),
        ("tier ==", "teir ==", "check:", "steps[0].check: undefined field 'teir' of customer"),
        ("customer.plan ==", "client.plan ==", "skip_when:", "steps[1].skip_when: unknown name 'client.plan'"),
        ("customer.name }}", "slots.wish }}", "ask: Now", "steps[1].ask: undefined field 'wish' of slots; it has: renew, restart"),
        ("not|n't", "not|n't(", "answers:", "steps[1].answers.no: not a regular expression"),
        ("not|n't", "(not)?", "answers:", "steps[1].answers.no: fits every message, even an empty one"),
        ('{"yes": [opens], "no": not|n\'t}', "{}", "answers:", "steps[1].answers: must name at least one option"),
        ('"yes": [opens]', "done: [opens]", "answers:", "steps[1].answers.done: 'done' is the name of an outcome of its own"),
        ("id: restart", "id: renew", "id: renew\n    skip_when", "steps[1].id: a second step named 'renew'"),
        ("id: restart", "id: solved", "id: solved", "steps[1].id: 'solved' is where steps may lead, and cannot be one"),
        ("id: restart", "id: order", "id: order", "steps[1].id: 'order' is the name of a slot or a fact already"),
        ("id: restart", "id: re-start", "id: re-start", "steps[1].id: must be a name of letters"),
        ("    check: customer.tier == 'business'\n", "", "- id: renew", "steps[0]: can never be over"),
        ("== 'business'\n", "== 'business'\n    then: rules\n", "- id: restart", "steps[1]: nobody comes to the step 'restart'"),
        ('"yes": solved, "no": renew', '"yes": renew, "no": renew, skipped: renew', "- id: renew", "steps[0]: there is no way out of the step 'renew'"),
        ("  - guide: true\n", "", "steps:", "steps: nobody is taken through these"),
        ("guide: true", "guide: maybe", "- guide", "propose[0].guide: must be true"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_step_names_file_line_and_field(
    folder: Path, old: str, new: str, place: str, message: str
) -> None:
    edit(folder, "playbooks/update_app.md", old, new)

    found = [str(problem) for problem in problems_of(folder)]
    text = (folder / "playbooks/update_app.md").read_text()
    line = text[: text.index(place)].count("\n") + 1

    assert any(each.startswith(f"company/playbooks/update_app.md:{line}: {message}") for each in found), found


def test_a_rule_that_guides_needs_steps(folder: Path) -> None:
    edit(folder, HUB, "steps:\n", "step:\n")

    found = [problem.message for problem in problems_of(folder)]

    assert "a rule with `guide: true` needs `steps` to take the customer through" in found


def test_what_guides_is_passed_over_once_the_steps_are_over() -> None:
    playbook = TIDEWATER.playbooks["hub_offline"]
    dark = {"now": NOW, "slots": {"power": "no", "plug": "no"}}
    red = {
        "now": NOW,
        "slots": {"power": "yes", "link": "wifi", "cable": "skipped", "wifi": "no", "firmware": "older", "reset": "no"},
    }

    assert [rule.kind for step in ("", "plug") if (rule := playbook.choose(dark, (), step).rule)] == ["guide", "guide"]
    assert (rule := playbook.choose(dark, (), "rules").rule)
    assert rule.because == "hub_without_power"
    assert (rule := playbook.choose(red, (), "rules").rule)
    assert (rule.arguments_of(red) or {})["description"] == (
        "Checked with the customer, step by step. Power: the light is on. Connection: Wi-Fi, near the access point. "
        "Firmware: older, could not be updated. After a reset the light is not blue."
    )
