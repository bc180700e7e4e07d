"""How eval cases are read, compared and counted."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from evals.case import Expect, scenes
from evals.compare import differences
from evals.found import Found, groups
from evals.load import CaseInvalid, load_case, load_cases
from evals.suite import Played, Result, summary

EXPECT = {"outcomes": ["acted"], "conversation": {"status": "waiting_customer"}, "intents": ["charged_twice"]}
CASE: dict[str, Any] = {
    "name": "twice",
    "about": "A case.",
    "as": "cus_ada",
    "phrasings": ["One way.", "Another way.", "A third way."],
    "turns": [{"advance": "25h"}],
    "expect": EXPECT,
    "twin": {"about": "Another customer.", "as": "cus_ben", "expect": {**EXPECT, "outcomes": ["declined"]}},
}
EFFECT = {"system": "billing", "kind": "refund", "object": "ch_1", "amount": 4800, "details": {"cause": "late", "n": 1}}
FOUND = Found(
    outcomes=["acted"],
    conversation={"status": "waiting_customer", "assignee": None},
    intents=["charged_twice"],
    effects=[EFFECT],
    ledger=[],
    approvals=[],
    handoffs=[],
    cites=["How billing works"],
    records={"order/ord_1": {"refunded": 4800}},
    edges=frozenset(),
    reached=frozenset(),
)


def written(folder: Path, **changes: Any) -> Path:
    path = folder / "twice.yaml"
    path.write_text(yaml.safe_dump(CASE | changes, sort_keys=False), "utf-8")
    return path


def expected(**changes: Any) -> Expect:
    return Expect.model_validate({**EXPECT, "effects": [{"object": "ch_1"}], **changes})


def test_a_twin_is_like_its_case_but_for_what_it_says(tmp_path: Path) -> None:
    own, twin = scenes(load_case(written(tmp_path)))

    assert (own.customer, twin.customer) == ("cus_ada", "cus_ben")
    assert twin.turns == own.turns
    assert own.turns[0].advance == timedelta(hours=25)
    assert twin.expect.outcomes == ["declined"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"phrasings": ["One.", "Two."]}, r"twice\.yaml:4: phrasings: .*at least 3"),
        ({"phrasings": ["One.", "One.", "Two."]}, "must differ"),
        ({"wish": 1}, r"twice\.yaml:\d+: wish: Extra inputs"),
        ({"turns": [{"say": "Hi.", "open": "cus_ada"}]}, r"turns\.0: .*exactly one of"),
        ({"turns": [{"advance": "soon"}]}, r"turns\.0\.advance: .*such as 25h"),
        ({"name": "other"}, "must be twice, as the file is called"),
        ({"expect": {**EXPECT, "outcomes": ["won"]}}, r"expect\.outcomes\.0"),
    ],
)
def test_a_mistake_names_file_line_and_field(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    path = written(tmp_path, **changes)

    with pytest.raises(CaseInvalid, match=told):
        load_case(path)


def test_text_that_is_no_yaml_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "twice.yaml"
    path.write_text("name: twice\nturns: [}\n", "utf-8")

    with pytest.raises(CaseInvalid, match=r"twice\.yaml:2: "):
        load_case(path)


def test_a_folder_without_cases_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(CaseInvalid, match="There are no cases"):
        load_cases(tmp_path)


def test_nothing_differs_where_everything_written_agrees() -> None:
    expect = expected(
        effects=[{"object": "ch_1", "details": {"cause": "late"}}], records={"order/ord_1": {"refunded": 4800}}
    )

    assert differences(expect, FOUND) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"outcomes": ["declined"]}, "outcomes: ['declined'] expected, but ['acted']"),
        ({"effects": []}, "effects: [] expected, but [{"),
        ({"effects": [{"amount": 1}]}, "effects[0].amount: 1 expected, but 4800"),
        ({"effects": [{"sum": 1}]}, "effects[0].sum: there is no such field"),
        ({"effects": [{"details": {"cause": "x"}}]}, "effects[0].details: {'cause': 'x'} expected"),
        ({"ledger": [{"tool": "issue_refund"}]}, "ledger: [{'tool': 'issue_refund'}] expected, but []"),
        ({"conversation": {"status": "open"}}, "conversation.status: 'open' expected"),
        ({"cites": []}, "cites: [] expected, but ['How billing works']"),
        ({"records": {"order/ord_1": {"refunded": 0}}}, "order/ord_1.refunded: 0 expected, but 4800"),
    ],
)
def test_what_is_not_as_it_must_be_is_told(changes: dict[str, Any], told: str) -> None:
    (line,) = differences(expected(**changes), FOUND)

    assert line.startswith(told)


def test_nodes_side_by_side_are_one_step_and_a_pause_is_none() -> None:
    steps = [
        {"node": node, "state": state}
        for node, state in [
            ("gather_context", "started"),
            ("retrieve", "started"),
            ("retrieve", "ended"),
            ("gather_context", "ended"),
            ("human_approval", "started"),
            ("human_approval", "waits"),
            ("human_approval", "started"),
            ("human_approval", "ended"),
        ]
    ]

    assert groups(steps) == [{"gather_context", "retrieve"}, {"human_approval"}]


def test_a_case_passes_only_with_all_its_phrasings(tmp_path: Path) -> None:
    case = load_case(written(tmp_path))
    plays = [Played(phrasing="One way.", twin=False, wrong=[]), Played(phrasing="One way.", twin=True, wrong=["no"])]

    told = summary([Result(case=case, plays=plays[:1], seconds=1.0), Result(case=case, plays=plays, seconds=1.0)])

    assert (told["passed"], told["failed"]) == (1, 1)
    assert [each["passed"] for each in told["cases"]] == [True, False]
