"""The shop's policy tried on tasks: what is right is allowed, what is wrong with it refused, and both are told."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evals.__main__ import main
from tests.retail_case import FOLDER, NEEDS_DATA, SHARED, task, tasks_file, written

Json = dict[str, Any]
CANCEL = ("cancel_pending_order", {"order_id": "#W1000004", "reason": "no longer needed"})
SWAP = (
    "modify_pending_order_items",
    {
        "order_id": "#W1000001",
        "item_ids": ["101"],
        "new_item_ids": ["102"],
        "payment_method_id": "gift_card_1",
    },
)
RETURN = (
    "return_delivered_order_items",
    {"order_id": "#W1000002", "item_ids": ["101", "101"], "payment_method_id": "gift_card_1"},
)
EXCHANGE = (
    "exchange_delivered_order_items",
    {"order_id": "#W1000005", "item_ids": ["201"], "new_item_ids": ["202"], "payment_method_id": "paypal_2"},
)
HOME = {"address1": "9 Elm Row", "address2": "", "city": "Salem", "state": "OR", "country": "USA", "zip": "97301"}
SEND = ("modify_pending_order_address", {"order_id": "#W1000001", **HOME})
MOVE = ("modify_user_address", {"user_id": "mina_1", **HOME})
TOO_DEAR = (
    "modify_pending_order_items",
    {
        "order_id": "#W1000001",
        "item_ids": ["101"],
        "new_item_ids": ["103"],
        "payment_method_id": "gift_card_1",
    },
)
Try = Callable[..., tuple[int, Json]]


@pytest.fixture
def tried(tmp_path: Path) -> Try:
    """Exit code, and what was written for programs."""

    def run(*tasks: Json, company: Path = FOLDER) -> tuple[int, Json]:
        data, out = written(tmp_path / "data"), tmp_path / "out.json"
        file = tasks_file(tmp_path, *tasks)
        code = main(
            ["policy", "--company", str(company), "--tasks", str(file), "--data", str(data), "--json", str(out)]
        )
        return code, json.loads(out.read_text("utf-8"))

    return run


def told(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())


def test_right_actions_are_allowed_and_each_made_wrong_is_refused(tried: Try) -> None:
    code, found = tried(task("theo_2", CANCEL, EXCHANGE), task("mina_1", SEND, SWAP, RETURN, MOVE))

    assert code == 0
    assert (found["gold"]["actions"], found["gold"]["allowed"], found["gold"]["share"]) == (6, 6, 1.0)
    assert found["mutated"]["share"] == 1.0
    assert {"twice", "other_customer", "other_order", "foreign_payment", "unavailable_item", "bad_reason"} <= set(
        found["mutated"]["by_mutation"]
    )
    assert found["mutated"]["by_mutation"]["twice"] == {"actions": 6, "refused": 6}


def test_an_action_sees_what_the_one_before_it_did_and_the_next_task_does_not(tried: Try) -> None:
    code, found = tried(task("mina_1", SWAP, SEND), task("mina_1", SEND))

    assert code == 1
    assert (found["gold"]["actions"], found["gold"]["allowed"]) == (3, 2)
    (refused,) = found["gold"]["refused"]
    assert (refused["task"], refused["action"]) == (0, 1)
    assert refused["clauses"] == {"pending": "Only a pending order can go to another address."}


def test_what_a_gift_card_cannot_pay_is_told_apart_since_it_writes_nothing(
    tried: Try, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = tried(task("mina_1", TOO_DEAR, SEND))

    assert code == 0
    assert (found["gold"]["actions"], found["gold"]["share_with_those_writing_nothing"]) == (1, 0.5)
    (void,) = found["gold"]["writing_nothing"]
    assert (list(void["clauses"]), void["system"]) == (["covers_difference"], "The gift card does not hold enough.")
    assert "task 0, action 0, modify_pending_order_items: That gift card does not hold enough" in told(capsys)


def test_a_policy_with_a_hole_does_not_pass(tried: Try, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    company = tmp_path / "shop"
    shutil.copytree(FOLDER, company, ignore=shutil.ignore_patterns("__pycache__"))
    text = (company / "policy.yaml").read_text("utf-8")
    (company / "policy.yaml").write_text(
        text.replace("when: change.unavailable.size() == 0", "when: change.unavailable.size() >= 0"), "utf-8"
    )

    code, found = tried(task("theo_2", EXCHANGE), company=company)

    assert code == 1
    assert found["mutated"]["by_mutation"]["unavailable_item"] == {"actions": 1, "refused": 0}
    assert [each["mutation"] for each in found["mutated"]["allowed"]] == ["unavailable_item"]
    assert "action 0, exchange_delivered_order_items, unavailable_item: was not refused (allow)." in told(capsys)


def test_the_other_format_is_read_too_and_its_customer_found_out(tried: Try) -> None:
    look_up = {
        "name": "find_user_id_by_name_zip",
        "arguments": {"first_name": "Theo", "last_name": "Park", "zip": "97002"},
    }
    cancel = {"name": CANCEL[0], "arguments": CANCEL[1]}
    swap = {"name": SWAP[0], "arguments": SWAP[1]}

    code, found = tried(
        {"id": "a", "evaluation_criteria": {"actions": [look_up, cancel]}},
        {"id": "b", "evaluation_criteria": {"actions": [swap]}},
        {"id": "c", "evaluation_criteria": {"actions": None}},
    )

    assert code == 0
    assert found["gold"]["allowed"] == 2


WRONG: dict[str, tuple[str, str]] = {
    "no JSON": ("{", "is not JSON: "),
    "no list": ('{"a": 1}', "must hold a list of tasks."),
    "no object": ("[1]", "task 0: must be an object."),
    "no actions": ('[{"user_id": "mina_1"}]', "task 0: has no list of actions"),
    "no name": ('[{"actions": [{}]}]', "task 0, action 0: must be an object with the name of a tool."),
    "no arguments": ('[{"actions": [{"name": "think"}]}]', "task 0, action 0: has no arguments"),
    "a user that is no text": ('[{"user_id": 7, "actions": []}]', "task 0: user_id must be a text."),
    "an unknown tool": ('[{"actions": [{"name": "fly", "kwargs": {}}]}]', "task 0, action 0: unknown tool 'fly'."),
    "an unknown user": (
        '[{"user_id": "nobody", "actions": [{"name": "cancel_pending_order", "kwargs": {}}]}]',
        "task 0: unknown user 'nobody'.",
    ),
    "a user that nothing tells": (
        '[{"actions": [{"name": "cancel_pending_order", "kwargs": {}}]}]',
        "task 0: nothing tells who the user is.",
    ),
    "no writing action": ('[{"user_id": "mina_1", "actions": []}]', "there is no writing action in it."),
    "records of its own": (
        '[{"initial_state": {"initialization_data": {"users": {}}}, "actions": []}]',
        "task 0: begins with records of its own",
    ),
}


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_a_task_file_that_cannot_be_used_is_told_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    file = tmp_path / "tasks.json"
    file.write_text(text, "utf-8")
    data = written(tmp_path / "data")

    code = main(["policy", "--company", str(FOLDER), "--tasks", str(file), "--data", str(data)])

    assert code == 2
    assert f"{file}: {said}" in told(capsys)


@pytest.mark.parametrize(
    ("company", "tasks", "said"),
    [
        ("evals/retail", "nowhere.json", "nowhere.json: there is no such file."),
        ("company", "nowhere.json", "company has no trial.py, so its policy cannot be tried on tasks."),
        ("nowhere", "nowhere.json", "There is no folder nowhere."),
    ],
)
def test_a_company_or_a_file_that_is_not_there_is_told_in_a_sentence(
    capsys: pytest.CaptureFixture[str], company: str, tasks: str, said: str
) -> None:
    code = main(["policy", "--company", company, "--tasks", tasks])

    assert (code, told(capsys)) == (2, said)


def test_a_shop_whose_files_are_not_there_is_told_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tasks_file(tmp_path, task("mina_1", SEND))

    code = main(["policy", "--company", str(FOLDER), "--tasks", str(file), "--data", str(tmp_path / "none")])

    assert code == 2
    assert f"There is no shop in {tmp_path / 'none'}: give --data a folder" in told(capsys)


@NEEDS_DATA
@pytest.mark.slow
@pytest.mark.parametrize(
    ("tasks", "actions", "void"),
    [
        ("tau_bench_v1/retail/tasks_dev.json", 25, 0),
        pytest.param("tau2_bench/retail/tasks_train.json", 119, 1, marks=pytest.mark.long),
        pytest.param("tau_bench_v1/retail/tasks_train.json", 748, 20, marks=pytest.mark.long),
    ],
)
def test_the_benchmarks_tasks_pass(tmp_path: Path, tasks: str, actions: int, void: int) -> None:
    out = tmp_path / "out.json"

    code = main(["policy", "--company", str(FOLDER), "--tasks", str(SHARED / tasks), "--json", str(out)])

    found = json.loads(out.read_text("utf-8"))
    assert code == 0
    assert (found["gold"]["actions"], len(found["gold"]["writing_nothing"])) == (actions, void)
    assert found["gold"]["share"] >= 0.98
    assert found["mutated"]["share"] == 1.0
