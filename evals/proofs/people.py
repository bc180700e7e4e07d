"""A customer and a member of staff who do not give up: what is not answered they send again, under the same key."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from evals.play import in_days
from evals.proofs.processes import PATIENCE, plain_http
from evals.proofs.site import Site
from records.clock import SystemClock
from records.ids import CustomerId, new_id

Json = dict[str, Any]
EVERY = 0.05
"""Seconds between two tries."""
HANGING = 5.0
"""Seconds after which an answer is not waited for any more."""


class People:
    """Everybody who talks to one running service."""

    def __init__(self, site: Site, url: str) -> None:
        self._site = site
        self._http = plain_http(url, timeout=HANGING)

    async def __aenter__(self) -> "People":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def open(self, customer: str) -> Json:
        """A conversation of this customer: `id` and `token`."""
        return await self._post("/conversations", self._site.tokens.for_customer(CustomerId(customer)), None)

    async def say(self, conversation: Json, text: str) -> Json:
        """Until it is accepted."""
        path = f"/conversations/{conversation['id']}/messages"
        return await self._post(path, conversation["token"], {"text": text}, {"Idempotency-Key": new_id("say")})

    async def arrange(self, record: str, fields: Json) -> None:
        """Overwrites fields of a record (`kind/id`) at the demo company; times may be written in days from now."""
        body = {name: in_days(value, SystemClock().now()) for name, value in fields.items()}
        (await self._site.demo.put(f"/records/{record}", json=body)).raise_for_status()

    async def card(self) -> Json:
        """Waits for a pending card in the inbox; its whole content."""
        items = await self._until(self._pending)
        card: Json = await self._until(lambda: self._get(f"/approvals/{items[0]['id']}"))
        return card

    async def decide(self, card: Json, **answer: Any) -> None:
        """Until it is decided; who gave the decision and got no answer is told that it was theirs."""
        path, body = f"/approvals/{card['id']}/decision", {"digest": card["digest"], **answer}
        await self._post(path, self._site.staff_key, body, known=409)

    async def _pending(self) -> list[Json]:
        items: list[Json] = (await self._get("/approvals") or {"items": []})["items"]
        return items

    async def _get(self, path: str) -> Json:
        headers = {"Authorization": f"Bearer {self._site.staff_key}"}
        found: Json = (await self._http.get(path, headers=headers)).raise_for_status().json()
        return found

    async def _post(
        self, path: str, token: str, body: Json | None, headers: Json | None = None, *, known: int = 0
    ) -> Json:
        sent = {"Authorization": f"Bearer {token}", **(headers or {})}
        answer: Json = await self._until(lambda: self._posted(path, sent, body, known))
        return answer

    async def _posted(self, path: str, headers: Json, body: Json | None, known: int) -> Json:
        answer = await self._http.post(path, json=body, headers=headers)
        if answer.status_code != known:
            answer.raise_for_status()
        found: Json = answer.json()
        return found

    async def _until(self, attempt: Callable[[], Awaitable[Any]]) -> Any:
        """Again while nobody answers, the service is not ready, or there is nothing yet. A 4xx is raised."""
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    if found := await attempt():
                        return found
                except (httpx.TransportError, httpx.HTTPStatusError) as error:
                    if isinstance(error, httpx.HTTPStatusError) and error.response.status_code < 500:
                        raise
                await asyncio.sleep(EVERY)
