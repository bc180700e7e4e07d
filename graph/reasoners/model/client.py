"""The endpoint: one streamed call, and what can go wrong with it, sorted into what may be tried again and what may not."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx2
import openai
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_openai import ChatOpenAI
from pydantic import SecretStr
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_random_exponential

from graph.reasoners.model.answer import Answer, Called
from graph.reasoners.protocol import ModelCall

Json = dict[str, Any]
Failure = Literal[
    "timeout", "rate_limited", "unavailable", "cut", "malformed", "refused", "overflow", "rejected", "broken_off"
]
TRANSIENT: frozenset[Failure] = frozenset({"timeout", "rate_limited", "unavailable", "cut", "malformed"})
ATTEMPTS = 3
LONGEST_WAIT = 5.0
"""Seconds to wait before another attempt, whatever Retry-After says: a customer is waiting."""

Heard = Callable[[str], Awaitable[None]]


class ModelFailed(Exception):
    """The endpoint gave no usable answer. `retry_after`: seconds, where it said so."""

    def __init__(self, kind: Failure, detail: str, retry_after: float = 0.0) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind: Failure = kind
        self.retry_after = retry_after


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """`base_url` "": the vendor's own. `seconds`: for a whole call with its retries; `first_seconds`: to the first word, and between any two."""

    model: str
    base_url: str
    key: str = field(repr=False)
    seconds: float = 30.0
    first_seconds: float = 10.0


class Client:
    """Asks one endpoint. `used` is told of every attempt."""

    def __init__(self, endpoint: Endpoint, http: httpx2.AsyncClient) -> None:
        self.endpoint = endpoint
        self._chat = ChatOpenAI(
            model=endpoint.model,
            base_url=endpoint.base_url or None,
            api_key=SecretStr(endpoint.key or "none"),  # a local endpoint wants none, its client does
            max_retries=0,  # retried here, where it is known what was said already
            timeout=endpoint.seconds,
            stream_chunk_timeout=endpoint.first_seconds,
            stream_usage=True,
            http_async_client=http,
        )

    async def ask(
        self, messages: Sequence[BaseMessage], tools: Sequence[Json], heard: Heard, used: Callable[[ModelCall], None]
    ) -> Answer:
        """`heard` gets the words as they come, until a call begins. Once it was called, nothing is tried again: what a
        customer has read stands. Raises ModelFailed."""
        listening = _Listening(heard)
        attempts = AsyncRetrying(
            stop=stop_after_attempt(ATTEMPTS),
            wait=_waits,
            retry=retry_if_exception(lambda error: _again(error) and not listening.spoken),
            reraise=True,
        )
        try:
            async with asyncio.timeout(self.endpoint.seconds):
                async for attempt in attempts:
                    with attempt:
                        return await self._attempt(messages, tools, listening, used)
        except TimeoutError as error:
            raise ModelFailed("timeout", f"no answer within {self.endpoint.seconds} s") from error
        raise ModelFailed("unavailable", "no attempt was made")

    async def _attempt(
        self,
        messages: Sequence[BaseMessage],
        tools: Sequence[Json],
        listening: "_Listening",
        used: Callable[[ModelCall], None],
    ) -> Answer:
        began = time.monotonic()
        whole: AIMessageChunk | None = None
        failed: ModelFailed | None = None
        first = 0.0
        try:
            async for chunk in self._stream(messages, tools):
                first = first or time.monotonic() - began
                whole = chunk if whole is None else whole + chunk
                await listening.take(chunk)
            return _answer(whole)
        except ModelFailed as error:
            failed = error
        except Exception as error:  # noqa: BLE001 - whatever a client library raises is sorted, and nothing else is lost
            failed = sorted_out(error)
        finally:
            used(_usage(self.endpoint.model, whole, first, time.monotonic() - began, failed))
        raise failed

    async def _stream(self, messages: Sequence[BaseMessage], tools: Sequence[Json]) -> AsyncIterator[AIMessageChunk]:
        asked = self._chat.bind(tools=list(tools)) if tools else self._chat
        async for chunk in asked.astream(list(messages)):
            if isinstance(chunk, AIMessageChunk):
                yield chunk


class _Listening:
    """Passes words on until a call begins. `spoken`: whether anything was."""

    def __init__(self, heard: Heard) -> None:
        self._heard = heard
        self._calling = False
        self.spoken = False

    async def take(self, chunk: AIMessageChunk) -> None:
        self._calling = self._calling or bool(chunk.tool_call_chunks)
        if chunk.text and not self._calling:
            await self._heard(chunk.text)


def _again(error: BaseException) -> bool:
    return isinstance(error, ModelFailed) and error.kind in TRANSIENT


def _waits(state: RetryCallState) -> float:
    """What the endpoint asks for, else longer each time with some chance in it."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, ModelFailed) else 0.0
    return min(asked or wait_random_exponential(multiplier=0.1, max=2.0)(state), LONGEST_WAIT)


def _answer(whole: AIMessageChunk | None) -> Answer:
    if whole is None:
        raise ModelFailed("malformed", "nothing came")
    refusal = whole.additional_kwargs.get("refusal")
    finish = str(whole.response_metadata.get("finish_reason") or "")
    if refusal or finish == "content_filter":
        raise ModelFailed("refused", str(refusal or finish))
    if not finish:
        raise ModelFailed("cut", "the stream ended before the answer did")
    calls = tuple(Called(name=str(call["name"]), arguments=str(call["args"])) for call in whole.tool_call_chunks)
    return Answer(text=whole.text, calls=calls, finish=finish)


def sorted_out(error: Exception) -> ModelFailed:
    """A client library's exception as a failure."""
    match error:
        case openai.APITimeoutError() | TimeoutError() | httpx2.TimeoutException():
            return ModelFailed("timeout", str(error))
        case openai.RateLimitError():
            return ModelFailed("rate_limited", error.message, _retry_after(error.response))
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
    """Seconds; 0 for a date or nothing."""
    told = response.headers.get("retry-after", "")
    return float(told) if told.replace(".", "", 1).isdigit() else 0.0


def _usage(
    model: str, whole: AIMessageChunk | None, first: float, spent: float, failed: ModelFailed | None
) -> ModelCall:
    told = whole.usage_metadata if whole else None
    cached = (told.get("input_token_details") or {}).get("cache_read", 0) if told else 0
    return ModelCall(
        model=model,
        prompt=told["input_tokens"] if told else 0,
        answer=told["output_tokens"] if told else 0,
        cached=cached or 0,
        first=first,
        whole=spent,
        failure=failed.kind if failed else "",
    )
