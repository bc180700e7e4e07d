"""An OpenAI-compatible endpoint that says what a script says: real HTTP, chunked streams with delays, and faults."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Annotated, Any, Protocol

import uvicorn
from fastapi import APIRouter, Body, FastAPI, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from evals.fake_model.chunks import CREATED, chunks, completion, prompt_tokens
from evals.fake_model.script import Delays, Fault, Player, Script, ScriptedTurn

Json = dict[str, Any]
HANG = 3600.0
"""Seconds until a hanging stream ends after all; no client waits for it."""


class ConnectionCut(Exception):
    """Raised inside a stream, so that the server drops the connection without ending the body."""


class Plays(Protocol):
    """Whoever knows what is said to a request: a script's Player, or code that computes it."""

    @property
    def script(self) -> Script: ...
    def turn_for(self, request: Json) -> ScriptedTurn | None: ...


def _unheard(_request: Json, _turn: ScriptedTurn | None) -> None: ...


@dataclass
class FakeModel:
    """`requests`: every body that was asked, oldest first, so that calls and prompts can be counted and read. `heard` is
    told of each with the turn that answers it."""

    player: Plays
    requests: list[Json] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    heard: Callable[[Json, ScriptedTurn | None], None] = _unheard

    @property
    def script(self) -> Script:
        return self.player.script

    def play(self, script: Script) -> None:
        """Another script, from its beginning."""
        self.player = Player(script)
        self.requests.clear()


def create_fake_model(model: FakeModel) -> FastAPI:
    """`/v1/chat/completions` and `/v1/models`, as clients know them; `/requests` tells what was asked."""
    doors = APIRouter()

    @doors.post("/v1/chat/completions")
    async def chat_completions(body: Annotated[Json, Body()], request: Request) -> Response:
        refused = _refused(model, body, request)
        if refused is not None:
            return refused
        model.requests.append(body)
        turn = model.player.turn_for(body)
        model.heard(body, turn)
        if turn is None:
            return problem(400, "The script has no turn for this request.", "no_turn")
        return await _answer(model, turn, body)

    @doors.get("/v1/models")
    async def models(request: Request) -> Response:
        if not _knows_key(model, request):
            return problem(401, "The API key is not valid.", "invalid_api_key")
        named = [
            {"id": name, "object": "model", "created": CREATED, "owned_by": "script"} for name in model.script.models
        ]
        return JSONResponse({"object": "list", "data": named})

    @doors.get("/requests")
    async def requests() -> Json:
        return {"items": model.requests}

    app = FastAPI(title="Scripted model")
    app.include_router(doors)
    return app


def problem(status: int, message: str, code: str | None = None, headers: dict[str, str] | None = None) -> JSONResponse:
    """An error in the shape that OpenAI's clients read."""
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    return JSONResponse({"error": error}, status, headers)


def _knows_key(model: FakeModel, request: Request) -> bool:
    key = model.script.key
    return key is None or request.headers.get("authorization") == f"Bearer {key}"


def _refused(model: FakeModel, body: Json, request: Request) -> JSONResponse | None:
    script = model.script
    if not _knows_key(model, request):
        return problem(401, "The API key is not valid.", "invalid_api_key")
    if body.get("model") not in script.models:
        return problem(404, f"There is no model {body.get('model')!r}.", "model_not_found")
    if script.context is not None and prompt_tokens(body) > script.context:
        return problem(400, f"The prompt has more than {script.context} tokens.", "context_length_exceeded")
    return None


async def _answer(model: FakeModel, turn: ScriptedTurn, body: Json) -> Response:
    number, delays, fault = next(model.numbers), turn.delays or model.script.delays, turn.fault
    if fault is not None and fault.status is not None:
        await asyncio.sleep(delays.first)
        return problem(fault.status, fault.message, fault.code, fault.headers)
    if body.get("stream"):
        return StreamingResponse(_stream(turn, body, number, delays, fault), media_type="text/event-stream")
    pieces = sum(1 for _ in chunks(turn, body, number))
    await asyncio.sleep(delays.first + delays.each * pieces)
    if fault is not None and fault.hang_after is not None:
        await asyncio.sleep(HANG)
    if fault is not None and fault.garbage_after is not None:
        return Response('{"choices": [{"mess', media_type="application/json")
    if fault is not None:
        return StreamingResponse(_cut(), media_type="application/json")
    return JSONResponse(completion(turn, body, number))


async def _cut() -> AsyncIterator[str]:
    yield "{"
    raise ConnectionCut


async def _stream(
    turn: ScriptedTurn, body: Json, number: int, delays: Delays, fault: Fault | None
) -> AsyncIterator[str]:
    await asyncio.sleep(delays.first)
    for place, chunk in enumerate(chunks(turn, body, number)):
        await _misbehave(fault, place)
        if fault is not None and fault.garbage_after == place:
            yield 'data: {"choices": [{"del\n\n'
        if place and delays.each:
            await asyncio.sleep(delays.each)
        yield f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"
    yield "data: [DONE]\n\n"


async def _misbehave(fault: Fault | None, place: int) -> None:
    if fault is None:
        return
    if fault.cut_after == place:
        raise ConnectionCut
    if fault.hang_after == place:
        await asyncio.sleep(HANG)


class Server(uvicorn.Server):
    """Leaves signals to whoever runs it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def running_fake_model(model: FakeModel, *, port: int = 0) -> AsyncIterator[str]:
    """Serves on loopback for as long as the body runs; yields the base URL that clients are given (…/v1)."""
    with socket.create_server(("127.0.0.1", port)) as listening:
        config = uvicorn.Config(
            create_fake_model(model),
            log_level="critical",
            access_log=False,
            timeout_graceful_shutdown=1,
            lifespan="off",
        )
        server = Server(config)
        serving = asyncio.create_task(server.serve([listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        finally:
            server.should_exit = True
            await serving
