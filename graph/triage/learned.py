"""The intent model for the company as it stands: fitted on its examples, fitted anew when they change."""

from collections.abc import Sequence
from copy import copy
from pathlib import Path
from typing import Protocol

from graph.deps import CompanySource, Prediction
from knowledge import kept
from knowledge.embedder import Embedder
from knowledge.language import detect
from knowledge.triage import IntentModel, builtin_none
from policy.company import Company
from records.taught import Taught


class TaughtSource(Protocol):
    """What people taught, as it stands now."""

    def current(self) -> Taught: ...


class LearnedIntents:
    """Fits in about half a second, once per version of the company folder, where the vectors of its examples are known
    already. `vectors`: the file in which they are kept from one start to the next. Raises NothingToLearn."""

    def __init__(self, embedder: Embedder, company: CompanySource, vectors: Path | None = None) -> None:
        self._embedder = embedder
        self._source = company
        self._vectors = vectors
        self._taught: TaughtSource | None = None
        self._version, self._model = _fitted(embedder, company.current(), Taught(), vectors)

    def taught_by(self, taught: TaughtSource) -> "LearnedIntents":
        """The same model, which also learns what people taught here, whenever that changes."""
        other = copy(self)
        other._taught = taught
        return other

    def predict(self, text: str) -> Prediction:
        company, taught = self._source.current(), self._taught.current() if self._taught else Taught()
        if (company.version, taught.version) != self._version:
            self._version, self._model = _fitted(self._embedder, company, taught, self._vectors)
        return self._model.predict(text)

    def language(self, text: str) -> str:
        """The ISO 639-1 code, or "" when the text is too short to tell."""
        return detect(text)[0]


def examples_of(company: Company, taught: Taught) -> tuple[dict[str, Sequence[str]], Sequence[str]]:
    """By intent, and none of them: the company's own, then what people taught of intents that it still has."""
    examples = {name: _joined(own, taught.examples.get(name, ())) for name, own in company.examples.items()}
    return examples, _joined(company.moves["none"], taught.none)


def _joined(own: Sequence[str], taught: Sequence[str]) -> Sequence[str]:
    return tuple(dict.fromkeys((*own, *taught)))


def _fitted(
    embedder: Embedder, company: Company, taught: Taught, vectors: Path | None
) -> tuple[tuple[str, str], IntentModel]:
    """What people taught is embedded anew at each start: nothing of a customer's is in the file of vectors."""
    own = (*company.examples.values(), company.moves["none"], *company.signals.values(), *builtin_none().values())
    texts = list(dict.fromkeys(text for some in own for text in some))
    known = kept.recall(embedder, vectors, texts) if vectors else len(texts)
    examples, none = examples_of(company, taught)
    model = IntentModel.fit(embedder, examples, none, company.signals, company.moves)
    if vectors and known < len(texts):
        kept.keep(embedder, vectors, texts)
    return (company.version, taught.version), model
