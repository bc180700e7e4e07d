"""What the agent can do, by hand: a tool that is not in this list does not exist."""

from records.errors import CloseloopError
from tools import catalogue
from tools.tool import Effect, Tool


class UnknownTool(CloseloopError):
    """There is no such tool."""


TOOLS: tuple[Tool, ...] = (
    catalogue.find_customer,
    catalogue.find_order,
    catalogue.track_order,
    catalogue.find_charge,
    catalogue.find_duplicate_charge,
    catalogue.find_subscription,
    catalogue.find_incident,
    catalogue.issue_refund,
    catalogue.change_address,
    catalogue.cancel_subscription,
    catalogue.file_bug,
)

WRITES: tuple[Tool, ...] = tuple(tool for tool in TOOLS if tool.effect is Effect.WRITE)


def tool_named(name: str) -> Tool:
    """Raises UnknownTool."""
    for tool in TOOLS:
        if tool.name == name:
            return tool
    raise UnknownTool
