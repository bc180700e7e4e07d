"""The endpoint: one streamed call, and what can go wrong with it, sorted into what may be tried again and what may not."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk
from langchain_openai import ChatOpenAI
from pydantic import SecretStr
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt

from graph.reasoners.model.answer import Answer, Called
from graph.reasoners.model.failures import ATTEMPTS, ModelFailed, again, sorted_out, waits
from graph.reasoners.model.health import Health
from graph.reasoners.protocol import ModelCall, Voice

Json = dict[str, Any]
CHARACTERS = 4
"""Of a token, where the endpoint does not count them."""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """`base_url` "": the vendor's own. `seconds`: for one decision, with all its
    attempts; `first_seconds`: to the first word, and between any two."""

    model: str
    base_url: str
    key: str = field(repr=False)
    seconds: float = 30.0
    first_seconds: float = 10.0


class Client:
    """Asks one endpoint. `used` is told of every attempt."""

    def __init__(self, endpoint: Endpoint, http: httpx2.AsyncClient, health: Health | None = None) -> None:
        self.endpoint = endpoint
        self.health = health or Health()
        self._chat = _Chat(
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
        self,
        messages: Sequence[BaseMessage],
        tools: Sequence[Json],
        voice: Voice | None,
        used: Callable[[ModelCall], None],
    ) -> Answer:
        """`voice` hears the words as they come, until a call begins. Once a customer has read some of them, nothing is
        tried again here: what they have read stands. Raises ModelFailed."""
        listening = _Listening(voice)
        attempts = AsyncRetrying(
            stop=stop_after_attempt(ATTEMPTS),
            wait=waits,
            retry=retry_if_exception(
                lambda error: again(error) and not listening.read and self.health.state == "closed"
            ),
            reraise=True,
        )
        async for attempt in attempts:
            with attempt:
                return await self._attempt(messages, tools, listening, used)
        raise ModelFailed("unavailable", "no attempt was made")

    async def _attempt(
        self,
        messages: Sequence[BaseMessage],
        tools: Sequence[Json],
        listening: "_Listening",
        used: Callable[[ModelCall], None],
    ) -> Answer:
        listening.afresh()
        began = time.monotonic()
        whole: AIMessageChunk | None = None
        failed: ModelFailed | None = None
        first, probe = 0.0, False
        try:
            probe = self.health.admit()
            async for chunk in self._stream(messages, tools):
                first = first or time.monotonic() - began
                whole = chunk if whole is None else whole + chunk
                await listening.take(chunk)
            return _answer(whole)
        except ModelFailed as error:
            failed = error
            raise
        except asyncio.CancelledError:
            failed = ModelFailed("timeout", "given up")
            raise
        finally:
            self.health.note(failed, probe=probe)
            call = _usage(self.endpoint.model, whole, first, time.monotonic() - began, failed)
            used(call if call.prompt or not first else _estimated(call, messages, tools, whole))

    async def _stream(self, messages: Sequence[BaseMessage], tools: Sequence[Json]) -> AsyncIterator[AIMessageChunk]:
        """What the endpoint says; whatever its client library raises is sorted here, and nothing else is."""
        asked = self._chat.bind(tools=list(tools)) if tools else self._chat
        try:
            async for chunk in asked.astream(list(messages)):
                if isinstance(chunk, AIMessageChunk):
                    yield chunk
        except Exception as error:
            raise sorted_out(error) from error


class _Chat(ChatOpenAI):
    """A streamed refusal comes with its own words; ChatOpenAI drops them, and the answer would only look empty."""

    def _convert_chunk_to_generation_chunk(
        self, chunk: dict[str, Any], default_chunk_class: type, base_generation_info: dict[str, Any] | None
    ) -> ChatGenerationChunk | None:
        made = super()._convert_chunk_to_generation_chunk(chunk, default_chunk_class, base_generation_info)
        refusal = next((choice["delta"].get("refusal") for choice in chunk.get("choices", []) if choice["delta"]), None)
        if made is not None and refusal:
            made.message.additional_kwargs["refusal"] = refusal
        return made


class _Listening:
    """Passes words on until a call begins. `read`: whether the customer has read any."""

    def __init__(self, voice: Voice | None) -> None:
        self._voice = voice
        self._calling = False
        self.read = False

    def afresh(self) -> None:
        self._calling = False
        if self._voice is not None:
            self._voice.afresh()

    async def take(self, chunk: AIMessageChunk) -> None:
        self._calling = self._calling or bool(chunk.tool_call_chunks)
        if chunk.text and self._voice is not None and not self._calling:
            self.read = await self._voice.hear(chunk.text)


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


def _estimated(
    call: ModelCall, messages: Sequence[BaseMessage], tools: Sequence[Json], whole: AIMessageChunk | None
) -> ModelCall:
    """For a stream that broke off, and an endpoint that never tells: what was begun is paid for."""
    asked = sum(len(message.text) for message in messages) + len(json.dumps(list(tools)))
    return replace(call, prompt=asked // CHARACTERS, answer=len(whole.text if whole else "") // CHARACTERS)


def _usage(
    model: str, whole: AIMessageChunk | None, first: float, spent: float, failed: ModelFailed | None
) -> ModelCall:
    told = whole.usage_metadata if whole else None
    cached = (told.get("input_token_details") or {}).get("cache_read", 0) if told else 0
    return ModelCall(
        model=model,
        began=time.time_ns() - int(spent * 1e9),
        prompt=told["input_tokens"] if told else 0,
        answer=told["output_tokens"] if told else 0,
        cached=cached or 0,
        first=first,
        whole=spent,
        failure=failed.kind if failed else "",
        finish=str(whole.response_metadata.get("finish_reason") or "") if whole else "",
    )
