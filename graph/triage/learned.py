"""The intent model for the company as it stands: fitted on its examples, fitted anew when they change."""

from pathlib import Path

from graph.deps import CompanySource, Prediction
from knowledge import kept
from knowledge.embedder import Embedder
from knowledge.language import detect
from knowledge.triage import IntentModel, builtin_none
from policy.company import Company


class LearnedIntents:
    """Fits in about half a second, once per version of the company folder, where the vectors of its examples are known
    already. `vectors`: the file in which they are kept from one start to the next. Raises NothingToLearn."""

    def __init__(self, embedder: Embedder, company: CompanySource, vectors: Path | None = None) -> None:
        self._embedder = embedder
        self._source = company
        self._vectors = vectors
        self._version, self._model = _fitted(embedder, company.current(), vectors)

    def predict(self, text: str) -> Prediction:
        company = self._source.current()
        if company.version != self._version:
            self._version, self._model = _fitted(self._embedder, company, self._vectors)
        return self._model.predict(text)

    def language(self, text: str) -> str:
        """The ISO 639-1 code, or "" when the text is too short to tell."""
        return detect(text)[0]


def _fitted(embedder: Embedder, company: Company, vectors: Path | None) -> tuple[str, IntentModel]:
    learned = (*company.examples.values(), company.moves["none"], *company.signals.values(), *builtin_none().values())
    texts = list(dict.fromkeys(text for some in learned for text in some))
    known = kept.recall(embedder, vectors, texts) if vectors else len(texts)
    model = IntentModel.fit(embedder, company.examples, company.moves["none"], company.signals, company.moves)
    if vectors and known < len(texts):
        kept.keep(embedder, vectors, texts)
    return company.version, model
