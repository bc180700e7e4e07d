"""The line of an adapter of one's own: what an answer means, what is asked again, and what is sent once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import pytest

from tools.answers import SystemRefused, SystemTimeout, SystemUnavailable
from tools.connections import Connection, OptionInvalid
from tools.http import HttpLine, open_http

Answer = Callable[[httpx.Request], httpx.Response]


@dataclass(frozen=True, kw_only=True)
class Warranty:
    serial: str
    months: int


HUB = {"serial": "H-7", "months": 24}
KNOWN = Warranty(serial="H-7", months=24)


def playing(answers: Iterator[httpx.Response | type[httpx.RequestError]], request: httpx.Request) -> httpx.Response:
    answer = next(answers)
    if isinstance(answer, httpx.Response):
        return answer
    raise answer("broken", request=request)


def line(*answers: httpx.Response | type[httpx.RequestError], again: int = 0) -> HttpLine:
    transport = httpx.MockTransport(partial(playing, iter(answers)))
    return HttpLine(httpx.AsyncClient(transport=transport, base_url="http://register"), "warranty", again=again)


def connection(**options: str) -> Connection:
    return Connection(port="warranty", options=options, connect_seconds=1, answer_seconds=2)


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (httpx.ConnectError, SystemUnavailable),
        (httpx.Response(503), SystemUnavailable),
        (httpx.Response(429), SystemUnavailable),
        (httpx.Response(404), SystemRefused),
        (httpx.Response(422, json={"detail": "No such device."}), SystemRefused),
        (httpx.ReadTimeout, SystemTimeout),
        (httpx.Response(500), SystemTimeout),
        (httpx.Response(302), SystemTimeout),
        (httpx.Response(200, text="<html>"), SystemTimeout),
        (httpx.Response(200, json={"serial": "H-7"}), SystemTimeout),
    ],
)
async def test_a_write_is_done_refused_undone_or_unknown(answer: Any, failure: type[Exception]) -> None:
    with pytest.raises(failure) as caught:
        await line(answer).send(Warranty, "/warranties", HUB)

    assert caught.value.facts == {"system": "warranty"}  # type: ignore[attr-defined]  # all three are CloseloopErrors


async def test_a_record_that_is_not_there_is_none() -> None:
    assert await line(httpx.Response(404)).find(Warranty, "/warranties/H-8") is None
    assert await line(httpx.Response(200, json=HUB)).find(Warranty, "/warranties/H-7") == KNOWN


@pytest.mark.parametrize(("body", "under"), [([HUB, HUB], ""), ({"items": [HUB, HUB]}, "items")])
async def test_a_list_stands_alone_or_in_a_field(body: Any, under: str) -> None:
    assert await line(httpx.Response(200, json=body)).every(Warranty, "/warranties", under=under) == [KNOWN, KNOWN]


async def test_what_should_be_a_list_and_is_none_says_nothing() -> None:
    with pytest.raises(SystemTimeout, match="warranty answered something that cannot be read"):
        await line(httpx.Response(200, json={"things": []})).every(Warranty, "/warranties", under="items")


@pytest.mark.parametrize("failure", [httpx.ConnectError, httpx.ReadTimeout, httpx.Response(500), httpx.Response(503)])
async def test_a_look_up_is_asked_again(failure: Any) -> None:
    answers = (failure, httpx.Response(200, json=HUB))

    assert await line(*answers, again=1).find(Warranty, "/warranties/H-7") == KNOWN


async def test_a_refusal_is_not_asked_again() -> None:
    with pytest.raises(SystemRefused):
        await line(httpx.Response(403), httpx.Response(200, json=HUB), again=1).find(Warranty, "/warranties/H-7")


async def test_a_write_is_sent_once_whatever_comes_back() -> None:
    with pytest.raises(SystemTimeout):
        await line(httpx.ReadTimeout, httpx.Response(200, json=HUB), again=3).send(Warranty, "/warranties", HUB)


async def test_a_key_goes_along_in_letters_that_a_header_may_hold() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=HUB)

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://register")
    await HttpLine(http, "warranty").send(Warranty, "/warranties/H-7", HUB, key="register:Malmö", method="PUT")

    assert (seen[0].method, seen[0].headers["Idempotency-Key"]) == ("PUT", "register:Malm%C3%B6")


async def test_the_address_and_the_patience_come_from_the_connection() -> None:
    async with open_http(connection(url="http://127.0.0.1:9", token="t0ken")) as opened:
        assert opened.system == "warranty"
        with pytest.raises(SystemUnavailable, match="warranty cannot be reached"):
            await opened.find(Warranty, "/warranties/H-7")


@pytest.mark.parametrize("options", [{}, {"url": ""}, {"url": "http://[half"}])
async def test_an_address_that_is_missing_or_none_is_said_at_the_start(options: dict[str, str]) -> None:
    with pytest.raises(OptionInvalid, match="url: "):
        async with open_http(connection(**options)):
            raise AssertionError("it opened")
