"""What the doctor says of the language model's endpoint, asked over HTTP."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from commands.endpoint import look
from evals.fake_model.script import Player, Script
from evals.fake_model.server import FakeModel, running_fake_model
from settings import Settings


@pytest.fixture
async def url() -> AsyncIterator[str]:
    script = Script.model_validate({"turns": [{"text": "Hello."}], "models": ["small", "big"], "key": "right"})
    async with running_fake_model(FakeModel(Player(script))) as found:
        yield found


@pytest.mark.parametrize(
    ("model", "key", "fine", "said"),
    [
        ("small", "right", True, "small at http://127.0.0.1"),
        ("huge", "right", False, "has no huge, but small, big; correct MODEL; until then the rules reasoner answers"),
        ("small", "wrong", False, "does not accept OPENAI_API_KEY (401); correct it"),
    ],
    ids=["well", "no_such_model", "wrong_key"],
)
async def test_the_endpoint_is_asked_for_its_models(url: str, model: str, key: str, fine: bool, said: str) -> None:
    settings = Settings(model=model, openai_base_url=url, openai_api_key=key)

    found = await asyncio.to_thread(look, settings)

    assert found[0] is fine
    assert said in found[1]


@pytest.mark.parametrize(
    ("settings", "fine", "said"),
    [
        (Settings(), True, "none is set; the rules reasoner follows the playbooks"),
        (Settings(openai_base_url="http://x/v1"), False, "OPENAI_BASE_URL without MODEL does nothing; set MODEL"),
        (
            Settings(model="m", openai_base_url="http://127.0.0.1:1/v1"),
            False,
            "nothing answers at http://127.0.0.1:1/v1",
        ),
        (Settings(model="m", openai_base_url="localhost"), False, "OPENAI_BASE_URL localhost is no address"),
    ],
    ids=["none", "model_left_out", "nothing_there", "no_address"],
)
def test_what_is_missing_is_said_with_what_to_do(settings: Settings, fine: bool, said: str) -> None:
    found = look(settings)

    assert found[0] is fine
    assert said in found[1]


async def test_an_endpoint_without_a_list_of_models_may_still_have_the_model(url: str) -> None:
    elsewhere = Settings(model="small", openai_base_url=url.removesuffix("/v1"))

    assert (await asyncio.to_thread(look, elsewhere))[1].endswith("whether it has small, the first call shows")
