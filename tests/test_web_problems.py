"""Whatever is sent, the answer is a problem that says what is wrong, and never a 500."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from tests.web_world import ADA, World, bearer, web_url, world
from web.mount import new_app

__all__ = ["web_url", "world"]

TYPED = {"Content-Type": "application/json"}


def assert_problem(response: httpx.Response, status: int, slug: str) -> None:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert (body["type"], body["status"]) == (f"/problems/{slug}", status)
    assert body["title"]
    assert body["detail"]
    assert body["instance"] == response.request.url.path


async def test_an_unknown_address_is_a_problem(world: World) -> None:
    assert_problem(await world.http.get("/nowhere"), 404, "not-found")


async def test_a_wrong_method_is_a_problem_that_names_the_right_ones(world: World) -> None:
    response = await world.http.delete("/conversations")

    assert_problem(response, 405, "method-not-allowed")
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 60_000, 400),
        (b'{"channel": ' + b"9" * 5000 + b"}", 400),
        (b'{"channel": "pigeon"}', 422),
        (b'{"other": 1}', 422),
        (b"[]", 422),
        (b'{"channel": NaN}', 422),
    ],
)
async def test_bad_bodies_are_problems(world: World, body: bytes, status: int) -> None:
    response = await world.http.post("/conversations", content=body, headers=TYPED)

    assert_problem(response, status, {400: "bad-request", 422: "unprocessable"}[status])


@pytest.mark.parametrize("text", [b'"\\ud800"', b'"a\\u0000b"', b'"a\\u0007b"', b'""', b'" \\n\\u200b"', b"5", b"null"])
async def test_bad_texts_are_problems(world: World, text: bytes) -> None:
    conversation, holder = await world.opened()
    path = f"/conversations/{conversation}/messages"

    response = await world.http.post(path, content=b'{"text": %b}' % text, headers=holder | TYPED)

    assert_problem(response, 422, "unprocessable")


@pytest.mark.parametrize("id", ["cnv_unknown", "%00", "a%20b", "%ff", "x" * 3000, "'--"])
async def test_bad_ids_are_not_found(world: World, id: str) -> None:  # noqa: A002
    staff = world.staff("admin")

    assert_problem(await world.http.get(f"/conversations/{id}", headers=staff), 404, "not-found")
    assert_problem(await world.http.get(f"/approvals/{id}", headers=staff), 404, "not-found")
    assert_problem(await world.http.post(f"/runs/{id}/cancel", headers=staff), 404, "not-found")


async def test_a_refused_sign_in_says_how_to_sign_in(world: World) -> None:
    response = await world.http.get("/approvals", headers=bearer("clk_forged"))

    assert_problem(response, 401, "not-signed-in")
    assert response.headers["www-authenticate"].startswith("Bearer")


async def test_a_body_above_the_limit_is_refused_before_it_is_read(world: World) -> None:
    response = await world.http.post("/conversations", content=b"x" * 65_537, headers=TYPED)

    assert_problem(response, 413, "too-large")
    assert response.json()["limit"] == 65_536


async def test_a_body_that_does_not_tell_its_size_is_counted(world: World) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 10_000

    response = await world.http.post("/conversations", content=endless(), headers=TYPED)

    assert_problem(response, 413, "too-large")


async def test_a_message_above_sixteen_kilobytes_is_refused(world: World) -> None:
    conversation, holder = await world.opened()

    assert (await world.say(conversation, holder, "é" * 8192)).status_code == 202
    assert_problem(await world.say(conversation, holder, "é" * 8192 + "x"), 413, "too-large")


async def test_what_nobody_foresaw_is_a_problem_without_internals() -> None:
    app = new_app()
    app.state.doors = "no doors at all"

    response = await client(app).post("/conversations", headers=bearer("x"))

    assert_problem(response, 500, "unforeseen")
    assert "str" not in response.text


async def test_before_the_service_is_open_it_says_so() -> None:
    assert_problem(await client(new_app()).get("/health"), 503, "not-ready")


def client(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://test")


async def test_the_page_and_the_description_are_served(world: World) -> None:
    page = await world.http.get("/")
    described = (await world.http.get("/openapi.json")).json()

    assert "Tidewater" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "/approvals/{approval_id}/decision" in described["paths"]
    assert (await world.http.get("/docs")).status_code == 404
    assert str(ADA) not in page.text


async def test_health_names_the_company(world: World) -> None:
    body = (await world.http.get("/health")).json()

    assert body["status"] == "ok"
    assert len(body["company"]) == 64
    assert body["problem"] is None
