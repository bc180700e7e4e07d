"""What can go wrong with an endpoint, sorted into what may be tried again, what speaks against the endpoint, and the rest."""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Literal

import httpx2
import openai
from tenacity import RetryCallState, wait_random_exponential

Failure = Literal[
    "timeout",
    "rate_limited",
    "unavailable",
    "cut",
    "malformed",
    "refused",
    "overflow",
    "rejected",
    "left_alone",
]
TRANSIENT: frozenset[Failure] = frozenset({"timeout", "rate_limited", "unavailable", "cut", "malformed"})
DOWN: frozenset[Failure] = TRANSIENT | {"rejected"}
"""What its breaker counts: the endpoint gave no answer. A refusal, and a prompt that is too long, are answers."""
ATTEMPTS = 3
LONGEST_WAIT = 5.0
"""Seconds to wait before another attempt: a customer is waiting. Whoever asks for more is not asked again."""


class ModelFailed(Exception):
    """The endpoint gave no usable answer. `retry_after`: seconds, where it said so."""

    def __init__(self, kind: Failure, detail: str, retry_after: float = 0.0) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind: Failure = kind
        self.retry_after = retry_after


def again(error: BaseException) -> bool:
    """Whether another attempt may help, soon enough."""
    return isinstance(error, ModelFailed) and error.kind in TRANSIENT and error.retry_after <= LONGEST_WAIT


def waits(state: RetryCallState) -> float:
    """Seconds: what the endpoint asks for, else longer each time with some chance in it."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, ModelFailed) else 0.0
    return min(asked or wait_random_exponential(multiplier=0.1, max=2.0)(state), LONGEST_WAIT)


def sorted_out(error: Exception) -> ModelFailed:
    """A client library's exception as a failure."""
    match error:
        case openai.APITimeoutError() | TimeoutError() | httpx2.TimeoutException():
            return ModelFailed("timeout", str(error))
        case openai.RateLimitError():
            spent = error.code == "insufficient_quota"  # no wait helps: the account is empty
            return ModelFailed("rejected" if spent else "rate_limited", error.message, _retry_after(error.response))
        case openai.InternalServerError():
            return ModelFailed("unavailable", error.message, _retry_after(error.response))
        case openai.APIStatusError():
            overflow = error.code == "context_length_exceeded" or "context length" in error.message.lower()
            return ModelFailed("overflow" if overflow else "rejected", error.message)
        case openai.APIConnectionError() | httpx2.HTTPError():
            broken = any(isinstance(each, httpx2.RemoteProtocolError | httpx2.ReadError) for each in _causes(error))
            return ModelFailed("cut" if broken else "unavailable", str(error))
        case _:
            return ModelFailed("malformed", f"{type(error).__name__}: {error}")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and what it was raised from: client libraries wrap each other."""
    while error is not None:
        yield error
        error = error.__cause__


def _retry_after(response: httpx2.Response) -> float:
    """Seconds; of a date, from the endpoint's own time on. 0 where it does not say."""
    told = response.headers.get("retry-after", "")
    if told.replace(".", "", 1).isdigit():
        return float(told)
    try:
        until, sent = parsedate_to_datetime(told), parsedate_to_datetime(response.headers.get("date", ""))
        return max(0.0, (until - sent).total_seconds())
    except (TypeError, ValueError):
        return 0.0
