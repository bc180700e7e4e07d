"""The intent model for the company as it stands: fitted on its examples, fitted anew when they change."""

from graph.deps import CompanySource, Prediction
from knowledge.embedder import Embedder
from knowledge.language import detect
from knowledge.triage import IntentModel
from policy.company import Company


class LearnedIntents:
    """Fits in about half a second, once per version of the company folder. Raises NothingToLearn."""

    def __init__(self, embedder: Embedder, company: CompanySource) -> None:
        self._embedder = embedder
        self._source = company
        self._version, self._model = _fitted(embedder, company.current())

    def predict(self, text: str) -> Prediction:
        company = self._source.current()
        if company.version != self._version:
            self._version, self._model = _fitted(self._embedder, company)
        return self._model.predict(text)

    def language(self, text: str) -> str:
        """The ISO 639-1 code, or "" when the text is too short to tell."""
        return detect(text)[0]


def _fitted(embedder: Embedder, company: Company) -> tuple[str, IntentModel]:
    model = IntentModel.fit(embedder, company.examples, company.moves["none"], company.signals, company.moves)
    return company.version, model
