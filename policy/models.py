"""What language models may take in a day, and what they cost: `usage.models` in company.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from policy.source import Node

MILLION = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Price:
    """Micros for a million tokens: millionths of the company's currency (250000 is 0.25 USD). `cached`: of the prompt,
    what the endpoint had kept."""

    prompt: int
    cached: int
    answer: int

    def of(self, *, prompt: int, cached: int, answer: int) -> int:
        """Micros, rounded up, of a call with so many tokens; `cached` of the `prompt`."""
        whole = (prompt - cached) * self.prompt + cached * self.cached + answer * self.answer
        return -(-whole // MILLION)


@dataclass(frozen=True, kw_only=True)
class ModelUsage:
    """`tokens_per_day`: prompt and answer together, of all runs; None: as many as are needed. `prices`: by model."""

    tokens_per_day: int | None = None
    prices: Mapping[str, Price] = field(default_factory=dict)


def models_of(node: Node | None) -> ModelUsage:
    if node is None:
        return ModelUsage()
    node.only("tokens_per_day", "prices")
    budget, prices = node.get("tokens_per_day"), node.get("prices")
    return ModelUsage(
        tokens_per_day=budget.integer(at_least=1) if budget else None,
        prices={name: _price_of(entry) for name, entry in prices.entries().items()} if prices else {},
    )


def _price_of(node: Node) -> Price:
    """Without `cached`, what was kept costs as much as the rest."""
    node.only("prompt", "cached", "answer")
    prompt, cached = node.need("prompt").integer(), node.get("cached")
    return Price(prompt=prompt, cached=cached.integer() if cached else prompt, answer=node.need("answer").integer())
