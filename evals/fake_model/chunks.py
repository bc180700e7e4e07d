"""A scripted turn as OpenAI's chat completions put it: one object, or a stream of chunks."""

import json
import re
from collections.abc import Iterator
from typing import Any

from evals.fake_model.script import ScriptedTurn, text_of

Json = dict[str, Any]
ARGUMENT_PIECE = 24
"""Characters of a call's arguments in one chunk."""
CREATED = 1_750_000_000


def completion(turn: ScriptedTurn, request: Json, number: int) -> Json:
    """The whole answer at once."""
    message: Json = {"role": "assistant", "content": turn.text or None, "refusal": turn.refusal}
    if turn.calls:
        message["tool_calls"] = [_call(turn, place, number) for place in range(len(turn.calls))]
    choice = {"index": 0, "message": message, "finish_reason": turn.finish_reason, "logprobs": None}
    head = _head(request, number, "chat.completion")
    return head | {"choices": [choice], "usage": usage(turn, request)}


def chunks(turn: ScriptedTurn, request: Json, number: int) -> Iterator[Json]:
    """The answer in pieces: the role, the words one by one, each call's name and arguments, the reason it ends, the
    usage where it was asked for."""
    head = _head(request, number, "chat.completion.chunk")
    wants_usage = bool((request.get("stream_options") or {}).get("include_usage"))
    ends: Json = {"usage": None} if wants_usage else {}
    for delta in _deltas(turn, number):
        yield head | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} | ends
    yield head | {"choices": [{"index": 0, "delta": {}, "finish_reason": turn.finish_reason}]} | ends
    if wants_usage:
        yield head | {"choices": [], "usage": usage(turn, request)}


def _deltas(turn: ScriptedTurn, number: int) -> Iterator[Json]:
    yield {"role": "assistant", "content": ""}
    for word in re.findall(r"\S+\s*|\s+", turn.text):
        yield {"content": word}
    if turn.refusal is not None:
        yield {"refusal": turn.refusal}
    for place in range(len(turn.calls)):
        call = _call(turn, place, number)
        arguments = call["function"]["arguments"]
        yield {"tool_calls": [call | {"index": place, "function": call["function"] | {"arguments": ""}}]}
        for begin in range(0, len(arguments), ARGUMENT_PIECE):
            piece = {"arguments": arguments[begin : begin + ARGUMENT_PIECE]}
            yield {"tool_calls": [{"index": place, "function": piece}]}


def _call(turn: ScriptedTurn, place: int, number: int) -> Json:
    call = turn.calls[place]
    arguments = call.raw if call.raw is not None else json.dumps(call.arguments, ensure_ascii=False)
    return {
        "id": f"call_{number}_{place}",
        "type": "function",
        "function": {"name": call.name, "arguments": arguments},
    }


def _head(request: Json, number: int, kind: str) -> Json:
    return {"id": f"chatcmpl-{number}", "object": kind, "created": CREATED, "model": request.get("model", "")}


def usage(turn: ScriptedTurn, request: Json) -> Json:
    """Tokens, as they are estimated here."""
    said = turn.text + "".join(call.raw or json.dumps(call.arguments) for call in turn.calls)
    prompt, answer = prompt_tokens(request), tokens(said)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": answer,
        "total_tokens": prompt + answer,
        "prompt_tokens_details": {"cached_tokens": 0},
    }


def prompt_tokens(request: Json) -> int:
    texts = [text_of(message.get("content")) for message in request.get("messages", [])]
    return tokens("\n".join([*texts, json.dumps(request.get("tools") or [], ensure_ascii=False)]))


def tokens(text: str) -> int:
    """An estimate that needs no vocabulary: a token is a word piece of at most four letters, or a sign."""
    return sum(-(-len(piece) // 4) if piece.isalnum() else 1 for piece in re.findall(r"\w+|[^\w\s]", text))
