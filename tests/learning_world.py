"""What the tests of learning have in common: a person's word about a run, and what becomes of it."""

from typing import Any

from httpx import Response

from tests.service_world import World

Json = dict[str, Any]


def headers(world: World) -> dict[str, str]:
    return {"Authorization": f"Bearer {world.staff_key}"}


async def get(world: World, path: str, **query: Any) -> Json:
    found: Json = (await world.http.get(path, params=query, headers=headers(world))).raise_for_status().json()
    return found


async def post(world: World, path: str, body: Json | None = None) -> Response:
    return await world.http.post(path, json=body or {}, headers=headers(world))


async def corrected(world: World, customer: str, text: str, **wrong: Any) -> Json:
    """A conversation in which this was said, and a person's correction of what was made of it."""
    conversation = await world.said(customer, text)
    [run] = await world.runs(conversation)
    body = {"why": "This is what they mean.", **wrong}
    (await post(world, f"/runs/{run['id']}/corrections", body)).raise_for_status()
    return conversation


async def learned(world: World) -> list[Json]:
    """What is proposed once the job has run, whole."""
    (await post(world, "/learning/run")).raise_for_status()
    items = (await get(world, "/learning/suggestions", state="open"))["items"]
    return [await get(world, f"/learning/suggestions/{each['id']}") for each in items]


async def decided(world: World, suggestion: Json, move: str, **more: Any) -> Response:
    body = {"version": suggestion["version"], **more} if move == "accept" else {"why": "because", **more}
    return await post(world, f"/learning/suggestions/{suggestion['id']}/{move}", body)


def intent_of(world: World, text: str) -> str:
    """What triage takes a message for now; "none" for nobody's request here."""
    found = world.opened.services.classifier.predict(text)
    return "none" if found.none >= 0.5 else found.intents[0][0]
