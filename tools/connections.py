"""Connections: which adapter serves which port. An adapter is found by its import path and opened for as long as we run."""

import importlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from records.errors import CloseloopError, NotReady
from tools.systems import Systems


class NotFoundInCode(CloseloopError):
    """There is nothing at this import path."""


class NotConnected(NotReady):
    """A connection does not open."""

    slug = "not-connected"


class OptionInvalid(CloseloopError):
    """An option of a connection is missing or of no use."""


@dataclass(frozen=True, kw_only=True)
class Connection:
    """How a port is to be connected. `options` are the adapter's own, from company.yaml; the seconds are how long to
    wait for a connection and for an answer."""

    port: str
    options: Mapping[str, str]
    connect_seconds: float
    answer_seconds: float

    def option(self, name: str) -> str:
        """An option that must be there. Raises OptionInvalid."""
        if not self.options.get(name):
            raise self.wrong(name, "this option is missing.")
        return self.options[name]

    def wrong(self, name: str, what: str) -> OptionInvalid:
        """For an adapter to raise; the sentence never holds the value of a secret."""
        return OptionInvalid(f"{name}: {what}")


Adapter = Callable[[Connection], AbstractAsyncContextManager[object]]
"""Opens a port: yields an object with the port's methods, and closes it in the end. What it raises stops the start."""


def named(path: str) -> Any:
    """What an import path `module:NAME` names. Raises NotFoundInCode with the reason in one sentence."""
    module, _, name = path.partition(":")
    if not module or not name:
        raise NotFoundInCode(f"'{path}' is no import path: write module:NAME.")
    try:
        found = importlib.import_module(module)
    except ImportError as error:
        raise NotFoundInCode(f"'{module}' cannot be imported: {error}.") from error
    except Exception as error:  # a company's own module may fail in any way while it is imported
        raise NotFoundInCode(f"'{module}' cannot be imported: {type(error).__name__}: {error}.") from error
    if not hasattr(found, name):
        raise NotFoundInCode(f"'{module}' has no {name}.")
    return getattr(found, name)


@asynccontextmanager
async def open_systems(
    connections: Mapping[str, tuple[Adapter, Connection]], **ports: object
) -> AsyncIterator[Systems]:
    """The systems: every connection opened by its adapter, and `ports` that are open already. Raises NotConnected."""
    async with AsyncExitStack() as stack:
        opened = {port: await _opened(stack, *connection) for port, connection in connections.items()}
        yield Systems(ports | opened)


async def _opened(stack: AsyncExitStack, adapter: Adapter, connection: Connection) -> object:
    try:
        return await stack.enter_async_context(adapter(connection))
    except CloseloopError as error:
        raise NotConnected(f"connections.{connection.port} does not open: {error.detail}") from error
    except Exception as error:  # a company's own adapter may fail in any way; it is told, and stops the start
        why = " ".join(f"{type(error).__name__}: {error}".split())
        raise NotConnected(f"connections.{connection.port} does not open: {why}") from error
