"""Real messages: how they are drawn and judged, what the map says, and a sample of them through the whole service."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from evals.messages.coverage import Coverage, Covered, read_map
from evals.messages.judge import Judged, Share, figures, judge
from evals.messages.picture import OUTCOMES, draw
from evals.messages.report import page
from evals.messages.sample import BANKING, BITEXT, DATA, FILES, SIZES, Message, read, sample, stratified
from evals.messages.send import FAILED, HUNG, Sent, send_all
from evals.stage import open_stage

COMPANY = Path(__file__).parents[1] / "company"
MAP = read_map()
ABSENT = [name for name in FILES.values() if not (DATA / name).exists()]
needs_data = pytest.mark.skipif(bool(ABSENT), reason=f"not run: {', '.join(ABSENT)} is not in {DATA}")
COVERED = Covered(playbooks=("where_is_order",), moves=("status",), articles=("delivery-times",))
UNCOVERED = Covered(none="A bank card.", also=("lost_mfa",), articles=("payment-methods",))
COVERAGE = Coverage(
    customers=("cus_ada",),
    honest=("not_our_business",),
    intents={BITEXT: {"track": COVERED}, BANKING: {"card": UNCOVERED}},
)
TRACKED = Sent(
    message=Message(source=BITEXT, intent="track", text="Where is it?"),
    customer="cus_ada",
    outcome="answered",
    playbooks=("where_is_order",),
    move="",
    reason="",
    articles=(),
)
CARD = replace(
    TRACKED, message=Message(source=BANKING, intent="card", text="My card?"), outcome="handed_over", playbooks=()
)


@pytest.fixture(scope="module")
async def sent(postgres_url: str) -> AsyncIterator[list[Sent]]:
    """Every thirtieth message of the whole sample."""
    chosen = sample(DATA)[::30]
    async with open_stage(postgres_url) as stage:
        yield [each async for each in send_all(stage, chosen, MAP.customers)]


def names(kind: str) -> set[str]:
    return {path.relative_to(COMPANY / kind).as_posix().removesuffix(".md") for path in (COMPANY / kind).rglob("*.md")}


def test_the_map_names_only_playbooks_moves_and_articles_that_there_are() -> None:
    moves = set(yaml.safe_load((COMPANY / "company.yaml").read_text("utf-8"))["moves"])
    entries = [entry for intents in MAP.intents.values() for entry in intents.values()]

    playbooks = {name for entry in entries for name in entry.playbooks} | {*MAP.honest}
    articles = {name for entry in entries for name in entry.articles}

    assert playbooks <= names("playbooks")
    assert {name for entry in entries for name in entry.moves} <= moves - {"none"}
    assert {name for entry in entries for name in entry.also} <= names("playbooks") | moves - {"none"}
    assert articles <= names("articles") - {name for name in names("articles") if name.startswith("internal/")}


@needs_data
@pytest.mark.parametrize("source", FILES)
def test_the_map_says_something_of_every_intent_and_of_no_other(source: str) -> None:
    assert set(MAP.intents[source]) == {message.intent for message in read(DATA, source)}


@needs_data
def test_the_sample_is_the_same_each_time_and_every_intent_has_its_share() -> None:
    drawn = sample(DATA)
    counts = Counter((message.source, message.intent) for message in drawn)

    assert drawn == sample(DATA)
    assert Counter(message.source for message in drawn) == SIZES
    assert len({(message.source, message.text) for message in drawn}) == len(drawn)
    assert {intent for _, intent in counts} == {intent for intents in MAP.intents.values() for intent in intents}
    assert max(counts[key] for key in counts if key[0] == BITEXT) < 2 * min(counts[k] for k in counts if k[0] == BITEXT)


def test_shares_add_up_to_the_size_that_was_asked_for() -> None:
    messages = [Message(source=BITEXT, intent=f"i{number % 7}", text=str(number)) for number in range(100)]

    drawn = stratified(messages, 33)

    assert len(drawn) == 33
    assert set(Counter(message.intent for message in drawn).values()) == {4, 5}


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, "right"),
        ({"outcome": "asked_customer"}, "right"),
        ({"outcome": "handed_over", "reason": "order_has_left"}, "right"),
        ({"outcome": "handed_over", "reason": "low_confidence"}, "wrong"),
        ({"playbooks": ("where_is_order", "report_bug")}, "wrong"),
        ({"playbooks": ("report_bug",)}, "wrong"),
        ({"playbooks": (), "move": "status"}, "right"),
        ({"playbooks": (), "articles": ("delivery-times",)}, "right"),
        ({"playbooks": (), "articles": ("refunds",)}, "wrong"),
        ({"playbooks": (), "outcome": "handed_over", "reason": "nothing_like_it"}, "wrong"),
        ({"outcome": HUNG}, "wrong"),
    ],
)
def test_a_covered_message_is_right_when_it_reached_what_covers_it_and_nothing_else(
    change: dict[str, object], verdict: str
) -> None:
    assert judge(COVERAGE, replace(TRACKED, **change)).verdict == verdict  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, "careful"),
        ({"playbooks": ("where_is_order",)}, "careful"),
        ({"playbooks": ("where_is_order",), "outcome": "answered"}, "as_if_known"),
        ({"playbooks": ("where_is_order",), "outcome": "asked_customer"}, "as_if_known"),
        ({"playbooks": ("where_is_order",), "outcome": "awaiting_approval"}, "as_if_known"),
        ({"playbooks": ("not_our_business",), "outcome": "answered"}, "careful"),
        ({"playbooks": ("lost_mfa",), "outcome": "asked_customer"}, "careful"),
        ({"move": "thanks", "outcome": "answered"}, "as_if_known"),
        ({"articles": ("payment-methods",), "outcome": "answered"}, "careful"),
        ({"articles": ("refunds",), "outcome": "answered"}, "as_if_known"),
    ],
)
def test_a_message_that_nothing_covers_is_answered_as_if_known_unless_it_was_left_to_a_person_or_answered_rightly(
    change: dict[str, object], verdict: str
) -> None:
    assert judge(COVERAGE, replace(CARD, **change)).verdict == verdict  # type: ignore[arg-type]


def test_an_intent_is_either_covered_or_says_why_not() -> None:
    with pytest.raises(ValueError, match="either what covers"):
        Covered()
    with pytest.raises(ValueError, match="either what covers"):
        Covered(playbooks=("where_is_order",), none="Both.")


def test_the_interval_of_a_share_is_wilsons() -> None:
    low, high = Share(hits=80, total=100).interval

    assert (round(low, 4), round(high, 4)) == (0.7112, 0.8666)
    assert Share(hits=0, total=0).interval == (0.0, 1.0)
    assert Share(hits=0, total=50).interval[0] == 0.0


def test_the_page_and_the_picture_tell_each_intent_with_what_became_of_its_messages() -> None:
    sent = [
        TRACKED,
        replace(TRACKED, playbooks=("report_bug",), outcome="asked_customer"),
        CARD,
        replace(CARD, outcome=FAILED),
    ]
    judged = [judge(COVERAGE, each) for each in sent]

    told, drawn = page(judged, COVERAGE), draw(judged)

    assert "| total | 1 of 2 = 50.0 %" in told.replace("50.0%", "50.0 %")
    assert "| track | `where_is_order`, `status` | 2 | 1 | answered 1, asked the customer 1 | `report_bug` 1 |" in told
    assert "| card | – A bank card. (article `payment-methods`) | 2 | 2 |" in told
    assert drawn.count("<rect") == len(OUTCOMES) + 4
    assert "1 wrong" in drawn


def test_hung_runs_and_errors_are_counted_by_themselves() -> None:
    judged = [
        Judged(sent=replace(CARD, outcome=outcome), mapped=False, verdict="careful") for outcome in (HUNG, FAILED)
    ]

    found = figures(judged)

    assert (found.hung, found.errors, found.as_if_known) == (1, 1, Share(hits=0, total=2))


@needs_data
async def test_a_sample_of_real_messages_ends_without_a_hung_run_or_an_error(sent: list[Sent]) -> None:
    total = figures([judge(MAP, each) for each in sent])

    assert len(sent) == 30
    assert [each for each in sent if each.outcome in (HUNG, FAILED)] == []
    assert total.reached.value >= 0.6
    assert total.as_if_known.value <= 0.15
