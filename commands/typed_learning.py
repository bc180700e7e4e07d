"""`closeloop learning …`, `closeloop gaps` and `closeloop report`: what people taught, what is missing, what became of it."""

from enum import StrEnum
from typing import Annotated

import typer

from commands.typed import STYLE, Key, Url, called
from settings import read_settings

learning = typer.Typer(
    help="What the agent could learn from what people do. Nothing is learned before somebody accepts it.", **STYLE
)
Suggestion = Annotated[str, typer.Argument(metavar="ID", help="The suggestion, or the beginning of its id.")]
Sure = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]


class State(StrEnum):
    """Which suggestions are listed."""

    OPEN = "open"
    PROPOSED = "proposed"
    FAILED = "failed"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    ROLLED_BACK = "rolled_back"
    FORGOTTEN = "forgotten"
    ALL = "all"


class Kind(StrEnum):
    """What a suggestion would change."""

    EXAMPLE = "example"
    ARTICLE = "article"


@learning.command("list")
def list_suggestions(
    state: Annotated[State, typer.Option(help="Which; `open` are those that wait for somebody.")] = State.OPEN,
    kind: Annotated[Kind | None, typer.Option(help="Of this kind alone.")] = None,
    as_json: Json = False,
    key: Key = None,
    url: Url = None,
) -> None:
    """List what could be learned: about what, from how many customers, and whether the gate lets it through.

    Example: `closeloop learning list --state accepted`. Needs a key of the role lead.
    """
    named = kind.value if kind else None
    called("learning", "show_list", read_settings(), key, url, state=state.value, kind=named, as_json=as_json)


@learning.command("show")
def show(suggestion: Suggestion, as_json: Json = False, key: Key = None, url: Url = None) -> None:
    """Show one whole: what it changes and overwrites, what the gate found, and the conversations that it comes from.

    Example: `closeloop learning show sug_4f0c`
    """
    called("learning", "show", read_settings(), key, url, suggestion, as_json=as_json)


@learning.command("accept")
def accept(
    suggestion: Suggestion,
    why: Annotated[str, typer.Option(help="For colleagues.")] = "",
    sure: Sure = False,
    key: Key = None,
    url: Url = None,
) -> None:
    """Make it live, at once and in every process. It is shown first, and tried at the gate once more.

    Example: `closeloop learning accept sug_4f0c --why "three people say so"`
    """
    called("learning", "decide", read_settings(), key, url, suggestion, "accept", why=why, sure=sure)


@learning.command("dismiss")
def dismiss(
    suggestion: Suggestion,
    why: Annotated[str, typer.Option(help="For colleagues.")],
    sure: Sure = False,
    key: Key = None,
    url: Url = None,
) -> None:
    """Do not learn it, and do not propose it again. Example: `closeloop learning dismiss sug_4f0c --why "one person's game"`"""
    called("learning", "decide", read_settings(), key, url, suggestion, "dismiss", why=why, sure=sure)


@learning.command("rollback")
def rollback(
    suggestion: Suggestion,
    why: Annotated[str, typer.Option(help="For colleagues.")],
    sure: Sure = False,
    key: Key = None,
    url: Url = None,
) -> None:
    """Take back what was accepted, as if it had never been live. Example: `closeloop learning rollback sug_4f0c --why wrong`"""
    called("learning", "decide", read_settings(), key, url, suggestion, "rollback", why=why, sure=sure)


@learning.command("forget")
def forget(
    conversation: Annotated[str, typer.Argument(metavar="CONVERSATION", help="The conversation's id.")],
    sure: Sure = False,
    key: Key = None,
    url: Url = None,
) -> None:
    """Take away everything that was learned from a conversation, or waits to be; nothing will be learned from it again.

    Example: `closeloop learning forget cnv_0123`. The conversation itself stays: `closeloop erase` deletes it.
    """
    called("learning", "forget", read_settings(), key, url, conversation, sure=sure)


@learning.command("run")
def run(key: Key = None, url: Url = None) -> None:
    """Look now at what people taught since the last time; the service does it every quarter of an hour.

    Example: `closeloop learning run && closeloop learning list`
    """
    called("learning", "run", read_settings(), key, url)


def gaps(
    days: Annotated[int, typer.Option(help="How far back is looked.", min=7, max=365)] = 28,
    as_json: Json = False,
    key: Key = None,
    url: Url = None,
) -> None:
    """What customers ask and no article answers, which articles mislead or grow old, and why the agent hands over.

    Example: `closeloop gaps --days 7`. Needs a key of the role lead.
    """
    called("gaps", "show", read_settings(), key, url, days=days, as_json=as_json)


def report(as_json: Json = False, key: Key = None, url: Url = None) -> None:
    """The last seven days for whoever leads support: what was resolved, what was not and why, and which article is missing.

    Example: `closeloop report`. Needs a key of the role lead.
    """
    called("gaps", "report", read_settings(), key, url, as_json=as_json)
