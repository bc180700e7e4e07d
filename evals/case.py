"""An eval case: what a customer says in several ways, who they are, what else happens, and what must be true afterwards."""

from datetime import timedelta
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

VISITOR = "visitor"
Role = Literal["support", "billing", "billing2", "lead", "admin"]
Row = dict[str, Any]
Outcome = Literal["answered", "acted", "asked_customer", "awaiting_approval", "handed_over", "declined", "joined"]
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Decide(Strict):
    """A member of staff decides the oldest open card, of `tool` if given. `answer` is the HTTP status they get."""

    by: Role = Field(alias="as")
    type: Literal["approve", "edit", "reject", "respond"]
    tool: str | None = None
    args: Row | None = None
    message: str | None = None
    answer: int = 200


class Fault(Strict):
    """A fault switch of the demo company: docs/systems.md."""

    system: str
    operation: str = "*"
    mode: str
    times: int = 1
    seconds: float = 30


class Dial(Strict):
    intent: str
    autonomy: Literal["off", "suggest", "auto"]


class Turn(Strict):
    """One thing that happens. `open` starts a further conversation of that customer; what is said later is said there.
    `say_again` says the first message once more. `signed_in`: how long ago the customer signed in, from here on; at first
    it has just been. `take_over` and `hand_back` name the role; `advance` moves the clock and
    lets what is due expire."""

    say: str | None = None
    say_again: Literal[True] | None = None
    open: str | None = None
    signed_in: timedelta | None = None
    decide: Decide | None = None
    advance: timedelta | None = None
    take_over: Role | None = None
    hand_back: Role | None = None
    fault: Fault | None = None
    kill_switch: bool | None = None
    dial: Dial | None = None
    records: dict[str, Row] | None = None

    @field_validator("advance", "signed_in", mode="before")
    @classmethod
    def _span(cls, value: object) -> object:
        """A number and m, h or d: 25h."""
        text = str(value)
        if not text[:-1].isdigit() or text[-1] not in _UNITS:
            raise ValueError("must be a number of minutes, hours or days, such as 25h")
        return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("a turn is exactly one of " + ", ".join(type(self).model_fields))
        return self

    @property
    def kind(self) -> str:
        return next(iter(self.model_fields_set))


class Expect(Strict):
    """What must be true of the records afterwards. A list is the whole truth, in order, and empty when it is left out;
    of a row only the fields that are written must agree. `outcomes`: one for each run. `conversation`: the first.
    `intents`: of its first run. `cites`: titles of the articles that were cited, not
    looked at when it is left out. `records`: at the company's systems."""

    outcomes: list[Outcome]
    conversation: Row
    intents: list[str]
    effects: list[Row] = []
    ledger: list[Row] = []
    approvals: list[Row] = []
    handoffs: list[Row] = []
    cites: list[str] | None = None
    records: dict[str, Row] = {}


class Twin(Strict):
    """The same words where the answer must be another. What is left out is as in the case."""

    about: str
    customer: str | None = Field(default=None, alias="as")
    records: dict[str, Row] | None = None
    before: list[Turn] | None = None
    turns: list[Turn] | None = None
    expect: Expect


class Case(Strict):
    """`records`: arranged over the demo company's own, by `kind/id`; a time may be written in days from now: -40d.
    `before` happens before the customer writes, `turns` after the first message, which is each of the `phrasings`."""

    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    about: str
    customer: str = Field(alias="as")
    phrasings: list[str] = Field(min_length=3)
    records: dict[str, Row] = {}
    before: list[Turn] = []
    turns: list[Turn] = []
    expect: Expect
    twin: Twin

    @model_validator(mode="after")
    def _different(self) -> Self:
        if len(set(self.phrasings)) != len(self.phrasings):
            raise ValueError("the phrasings must differ")
        return self


class Scene(Strict):
    """What one play needs of a case, or of its twin."""

    customer: str
    records: dict[str, Row]
    before: list[Turn]
    turns: list[Turn]
    expect: Expect


def scenes(case: Case) -> tuple[Scene, Scene]:
    """The case's own, and the twin's."""
    own = Scene(customer=case.customer, records=case.records, before=case.before, turns=case.turns, expect=case.expect)
    twin = case.twin
    other = Scene(
        customer=twin.customer or case.customer,
        records=case.records if twin.records is None else twin.records,
        before=case.before if twin.before is None else twin.before,
        turns=case.turns if twin.turns is None else twin.turns,
        expect=twin.expect,
    )
    return own, other
