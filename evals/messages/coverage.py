"""The checked-in map: which of the company's playbooks, moves and articles is right for each intent of the data sets."""

from pathlib import Path
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

MAP = Path(__file__).parent / "map.yaml"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Covered(Strict):
    """What is right for one intent. With `playbooks` or `moves`, one of them must be reached. Without, `none` says why
    nothing covers it. `articles`, by path without `.md`: an answer from one of them is right in either case. `also`:
    playbooks or moves that are no mistake for some of the intent's messages, though none is owed."""

    playbooks: tuple[str, ...] = ()
    moves: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    none: str = ""

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        if self.mapped == bool(self.none):
            raise ValueError("says either what covers the intent or, in `none`, why nothing does")
        return self

    @property
    def mapped(self) -> bool:
        return bool(self.playbooks or self.moves)


class Coverage(Strict):
    """`customers` take turns in writing the messages. `honest`: playbooks that only say that the company does not do
    something, right for whatever is not covered. `intents`: by data set, then by the data set's intent."""

    customers: tuple[str, ...] = Field(min_length=1)
    honest: tuple[str, ...] = ()
    intents: dict[str, dict[str, Covered]]


def read_map(path: Path = MAP) -> Coverage:
    """Raises pydantic's ValidationError for a map that is not one."""
    return Coverage.model_validate(yaml.safe_load(path.read_text("utf-8")))
