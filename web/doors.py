"""What the HTTP doors work with. `server.py` puts it on `app.state.doors` once everything is open."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from graph.deps import Services
from records.errors import NotReady
from runs.erasure import Eraser
from web.hub import Hub
from web.tokens import Tokens


@dataclass(frozen=True, kw_only=True)
class Doors:
    """`poll`: seconds after which a stream looks for events although nothing rang. `ping`: seconds between heartbeats.
    `limited`: whether the rates of company.yaml are kept."""

    services: Services
    tokens: Tokens
    hub: Hub
    eraser: Eraser | None = None
    poll: float = 1.0
    ping: int = 15
    limited: bool = False


def doors_of(request: Request) -> Doors:
    """Raises NotReady before the service is open."""
    found: Doors | None = getattr(request.app.state, "doors", None)
    if found is None:
        raise NotReady
    return found


TheDoors = Annotated[Doors, Depends(doors_of)]
