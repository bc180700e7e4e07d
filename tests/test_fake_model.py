"""The scripted model endpoint, asked by the client that the service uses."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from langchain_core.messages import AIMessageChunk
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from evals.fake_model.chunks import tokens
from evals.fake_model.script import Player, Script, ScriptInvalid, load_script
from evals.fake_model.server import FakeModel, running_fake_model

REFUND: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "issue_refund",
        "description": "Pays money back.",
        "parameters": {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]},
    },
}


@asynccontextmanager
async def asked(*turns: dict[str, Any], **script: Any) -> AsyncIterator[tuple[ChatOpenAI, FakeModel]]:
    model = FakeModel(Player(Script.model_validate({"turns": turns, **script})))
    async with running_fake_model(model) as url, httpx2.AsyncClient(trust_env=False) as http:
        yield (
            ChatOpenAI(
                model="scripted",
                base_url=url,
                api_key=SecretStr("any"),
                max_retries=0,
                timeout=5,
                http_async_client=http,
            ),
            model,
        )


async def test_a_text_is_streamed_word_by_word_and_its_tokens_are_told() -> None:
    async with asked({"text": "Your order is on its way."}) as (client, _):
        parts = [part async for part in client.astream("Where is it?", stream_usage=True)]

    told = [part.text for part in parts if part.text]
    usage = [part.usage_metadata for part in parts if part.usage_metadata]
    assert told == ["Your ", "order ", "is ", "on ", "its ", "way."]
    assert usage[-1]["output_tokens"] == tokens("Your order is on its way.")


async def test_calls_come_after_the_text_with_their_arguments_in_pieces() -> None:
    call = {"name": "issue_refund", "arguments": {"order": "ord_1002", "reason": "it never arrived at the door"}}
    async with asked({"text": "One moment.", "calls": [call]}) as (client, _):
        parts = [part async for part in client.bind_tools([REFUND]).astream("Refund it")]

    chunks = [part for part in parts if isinstance(part, AIMessageChunk)]
    whole = chunks[0].__add__(chunks[1:])
    assert whole.text == "One moment."
    assert [(found["name"], found["args"]) for found in whole.tool_calls] == [("issue_refund", call["arguments"])]
    assert whole.response_metadata["finish_reason"] == "tool_calls"


async def test_the_same_turn_is_given_whole_to_a_client_that_does_not_stream() -> None:
    async with asked({"text": "Yes.", "calls": [{"name": "issue_refund"}]}) as (client, _):
        answer = await client.bind_tools([REFUND]).ainvoke("Refund it")

    assert (answer.text, [call["name"] for call in answer.tool_calls]) == ("Yes.", ["issue_refund"])


async def test_the_first_turn_that_fits_answers_and_is_used_as_often_as_it_says() -> None:
    turns = (
        {"when": {"said": "parcel"}, "text": "first", "times": 1},
        {"when": {"said": "parcel"}, "text": "second"},
        {"text": "otherwise"},
    )
    async with asked(*turns) as (client, model):
        answers = [(await client.ainvoke(said)).text for said in ("my PARCEL", "hello", "the parcel", "a parcel")]

    assert answers == ["first", "otherwise", "second", "second"]
    assert model.requests[0]["messages"][-1]["content"] == "my PARCEL"


async def test_a_turn_can_wait_for_a_tools_result() -> None:
    turns = (
        {"when": {"after": "", "offered": ["issue_refund"]}, "calls": [{"name": "issue_refund"}]},
        {"when": {"after": "issue_refund"}, "text": "It is done."},
    )
    async with asked(*turns) as (client, _):
        bound = client.bind_tools([REFUND])
        first = await bound.ainvoke([("user", "Refund it")])
        call = first.tool_calls[0]
        result = {"role": "tool", "tool_call_id": call["id"], "content": "done"}
        second = await bound.ainvoke([("user", "Refund it"), first, result])

    assert second.text == "It is done."


@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        ({"status": 429, "headers": {"retry-after": "1"}}, openai.RateLimitError),
        ({"status": 503}, openai.InternalServerError),
        ({"cut_after": 2}, (openai.APIError, httpx2.RemoteProtocolError)),
        ({"garbage_after": 1}, ValueError),
    ],
    ids=["a_limit", "an_outage", "a_cut_stream", "garbage"],
)
async def test_faults_reach_the_client_as_a_real_endpoints_would(
    fault: dict[str, Any], raised: type[Exception] | tuple[type[Exception], ...]
) -> None:
    async with asked({"text": "It is on its way to you.", "fault": fault}) as (client, _):
        with pytest.raises(raised):
            [part async for part in client.astream("Where is it?")]


async def test_a_stream_that_hangs_is_left_to_the_clients_patience() -> None:
    async with asked({"text": "It is on its way.", "fault": {"hang_after": 2}}) as (client, _):
        hasty = client.model_copy(update={"request_timeout": 0.3, "stream_chunk_timeout": 0.3})
        with pytest.raises(Exception, match=r"(?i)time|chunk"):
            [part async for part in hasty.astream("Where is it?")]


async def test_a_wrong_key_an_unknown_model_and_a_prompt_too_long_are_refused_as_by_openai() -> None:
    async with asked({"text": "Yes."}, key="other", context=5, models=["scripted"]) as (client, model):
        with pytest.raises(openai.AuthenticationError):
            await client.ainvoke("Hello")
        model.play(model.script.model_copy(update={"key": None}))
        with pytest.raises(openai.BadRequestError, match="more than 5 tokens"):
            await client.ainvoke("Where is my order, which never came?")
        with pytest.raises(openai.NotFoundError):
            await client.model_copy(update={"model_name": "another"}).ainvoke("Hi")


async def test_what_the_script_does_not_foresee_is_an_error_that_says_so() -> None:
    async with asked({"when": {"said": "parcel"}, "text": "Yes."}) as (client, _):
        with pytest.raises(openai.BadRequestError, match="no turn"):
            await client.ainvoke("Something else")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("turns:\n  - text: a\n    wen: {}\n", "script.yaml:3: turns.0.wen"),
        ("turns:\n  - when:\n      said: '('\n", "script.yaml:3: turns.0.when.said"),
        ("turns:\n  - text: a\n    fault: {status: 500, cut_after: 1}\n", "script.yaml:3: turns.0.fault"),
        ("turns: [\n", "script.yaml:2"),
    ],
    ids=["an_unknown_field", "a_broken_pattern", "two_faults", "no_yaml"],
)
def test_a_mistake_in_a_script_names_file_line_and_field(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "script.yaml"
    path.write_text(text, "utf-8")

    with pytest.raises(ScriptInvalid, match=told.replace(".", r"\.")):
        load_script(path)
