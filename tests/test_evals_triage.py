"""`python -m evals triage`: files are read or refused by name, figures mean what they say, and a small set runs whole."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from evals.__main__ import main
from evals.triage.measure import Outcome, auroc, coverage, error, figures, handled_at, outcome, recall_at_reject
from evals.triage.read import FileInvalid, Labelled, read
from knowledge.triage import Prediction

INTENTS = {
    "cancel": ["please cancel my plan", "I want to end my plan", "stop my membership", "end the subscription now"],
    "parcel": ["where is my parcel", "my order has not come", "track my package", "when does the box arrive"],
}
STRANGE = ["how tall is the Eiffel tower", "which wine goes with salmon"]


def lines(pairs: list[tuple[str, str]]) -> str:
    return "".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in pairs)


def told(intent: str, probability: float, none: float) -> Prediction:
    return Prediction(intents=((intent, probability), ("other", 1 - probability - none)), none=none, signals={})


def at(none: list[float], inside: list[bool]) -> Outcome:
    zeros = np.zeros(len(none))
    return Outcome(right=zeros, sure=zeros, first=zeros, none=np.array(none), inside=np.array(inside))


def test_csv_and_json_lines_say_the_same_gzipped_or_not(tmp_path: Path) -> None:
    comma, plain, zipped = tmp_path / "a.csv", tmp_path / "a.jsonl", tmp_path / "a.jsonl.gz"
    comma.write_text('text,category\n"Where, please, is it?",parcel\nhello,oos\n')
    plain.write_text(lines([("Where, please, is it?", "parcel"), ("hello", "oos")]))
    zipped.write_bytes(gzip.compress(plain.read_bytes()))

    found = [read(path) for path in (comma, plain, zipped)]

    assert found[0] == found[1] == found[2]
    assert found[0][1] == Labelled(text="hello", label="")


def test_of_a_file_of_strangers_every_message_is_none_whatever_its_label(tmp_path: Path) -> None:
    (tmp_path / "o.jsonl").write_text('{"text": "hello", "label": "parcel"}\n{"text": "no label"}\n')

    assert [each.label for each in read(tmp_path / "o.jsonl", oos=True)] == ["", ""]


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        (b"text,intent\nhello,parcel\n", "line 1: the columns must be text,category"),
        (b"text,category\nhello,parcel\nhello\n", "line 3: has not as many fields"),
        (b"text,category\n  ,parcel\n", "line 2: text: must be a text that is not empty"),
        (b'{"text": "a", "label": "b"}\n{"text": "a"', "line 2: is not JSON"),
        (b'{"text": "a", "label": 3}\n', "line 1: label: must be a text"),
        (b"text,category\n", "holds no message"),
        (b'{"text": "\xff", "label": "b"}\n', "is not UTF-8 text"),
        (b"\x1f\x8bnot really", "cannot be read"),
    ],
)
def test_what_is_wrong_with_a_file_is_named_by_file_line_and_field(tmp_path: Path, written: bytes, wrong: str) -> None:
    path = tmp_path / "bad.file"
    path.write_bytes(written)

    with pytest.raises(FileInvalid, match=r"bad\.file") as refused:
        read(path)

    assert wrong in str(refused.value)


def test_without_strangers_in_the_test_the_likeliest_intent_counts_with_its_share_among_the_intents() -> None:
    found = outcome([Labelled(text="a", label="parcel")], [told("parcel", 0.2, 0.75)])

    assert (found.right[0], found.first[0]) == (1, 1)
    assert found.sure[0] == pytest.approx(0.8)


def test_with_strangers_in_the_test_a_message_is_rejected_where_none_is_likelier_than_any_intent() -> None:
    messages = [Labelled(text="a", label="parcel"), Labelled(text="b", label=""), Labelled(text="c", label="")]

    found = outcome(messages, [told("parcel", 0.2, 0.75), told("parcel", 0.2, 0.75), told("parcel", 0.6, 0.3)])

    assert found.right.tolist() == [0, 1, 0]
    assert found.first[0] == 1
    assert figures(found)["in_scope_accuracy"].value == 1


def test_the_calibration_error_weighs_how_far_each_bin_is_off() -> None:
    right, sure = np.array([1.0, 1, 1, 0]), np.array([0.95, 0.95, 0.95, 0.45])
    found = Outcome(right=right, sure=sure, first=right, none=1 - sure, inside=np.ones(4, bool))

    assert error(found) == pytest.approx((3 * 0.05 + 0.45) / 4)


def test_strangers_are_counted_at_the_threshold_that_rejects_one_in_twenty_of_the_others() -> None:
    inside = [place / 100 for place in range(100)]

    found = at([*inside, 0.5, 0.97, 0.98, 0.99], [True] * 100 + [False] * 4)

    assert recall_at_reject(found) == 0.75
    assert auroc(found) == pytest.approx((50.5 + 97.5 + 98.5 + 99.5) / 400)


def test_the_surest_are_handled_first_as_far_as_enough_of_them_are_right() -> None:
    right, sure = np.array([1.0, 0, 1, 1]), np.array([0.9, 0.5, 0.8, 0.7])
    found = Outcome(right=right, sure=sure, first=right, none=1 - sure, inside=np.ones(4, bool))

    assert coverage(found)[1].tolist() == [1, 1, 1, 0.75]
    assert (handled_at(found, 0.95), handled_at(found, 0.7)) == (0.75, 1)


def test_a_small_set_runs_whole_and_writes_its_figures_and_pictures(tmp_path: Path) -> None:
    train, test, strange = (tmp_path / f"{name}.jsonl" for name in ("train", "test", "strange"))
    train.write_text(lines([(text, intent) for intent, texts in INTENTS.items() for text in texts]))
    test.write_text(lines([("cancel the plan please", "cancel"), ("has my parcel come?", "parcel")]))
    strange.write_text(lines([(text, "oos") for text in STRANGE]))
    files = ["--train", str(train), "--test", str(test), "--oos", str(strange)]

    code = main(["triage", *files, "--json", str(tmp_path / "out.json"), "--plots", str(tmp_path / "plots")])
    found = json.loads((tmp_path / "out.json").read_text())

    assert code == 0
    assert (found["in_scope_accuracy"], found["oos_auroc"]) == (1.0, 1.0)
    assert found["ms_per_message"] > 0 < found["refit_seconds"]
    assert found["intervals"]["accuracy"][0] <= found["accuracy"] <= found["intervals"]["accuracy"][1]
    assert sorted(path.name for path in (tmp_path / "plots").iterdir()) == ["coverage.svg", "reliability.svg"]


def test_a_file_that_cannot_be_read_ends_with_2_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.csv").write_text("text,category\n,parcel\n")

    code = main(["triage", "--train", str(tmp_path / "bad.csv"), "--test", str(tmp_path / "bad.csv")])

    assert code == 2
    assert "line 2: text:" in capsys.readouterr().out
