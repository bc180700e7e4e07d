"""The closeloop command: what can be asked of it. What is done stands in `commands/`.

Those commands are imported when they are called: what the service needs takes seconds to import, and nobody should wait
for it to read a help text or to write a message.
"""

from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from commands.screen import Sorry, apologise, err
from records.errors import CloseloopError
from settings import read_settings

Url = Annotated[str | None, typer.Option(help="The service's address; else that of HOST and PORT.", metavar="URL")]
Key = Annotated[
    str | None,
    typer.Option(envvar="CLOSELOOP_STAFF_KEY", help="Your staff key; else that of the demo's lead.", metavar="KEY"),
]
Card = Annotated[str, typer.Argument(metavar="ID", help="The approval, as `list` shows it; its beginning is enough.")]
Sure = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask again.")]


class Group(TyperGroup):
    """Whatever can be foreseen ends in one sentence and exit code 1."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except CloseloopError as error:
            apologise(error)
            raise typer.Exit(1) from error


STYLE: dict[str, Any] = {"no_args_is_help": True, "rich_markup_mode": "markdown", "add_completion": False}
app = typer.Typer(
    cls=Group,
    help="Customer support that resolves tickets. Every setting is an environment variable: see docs/settings.md.",
    pretty_exceptions_show_locals=False,
    **STYLE,
)
approvals = typer.Typer(help="The inbox: what waits for a person, and your decision.", **STYLE)
audit = typer.Typer(help="The audit log: who decided what, and that nobody changed it since.", **STYLE)
token = typer.Typer(help="Tokens for customers, keys for staff.", **STYLE)
app.add_typer(approvals, name="approvals")
app.add_typer(audit, name="audit")
app.add_typer(token, name="token")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on; else HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="The port; else PORT. 0 takes a free one.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Also make a demo staff, and say how to try it all.")] = False,
) -> None:
    """Run the service: its doors, and a worker beside them.

    Example: `closeloop serve --demo`
    """
    given: dict[str, Any] = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = replace(read_settings(), **given)
    _called("logs", "configure_logs", settings.log_level)
    with _called("preflight", "bind", settings) as listening, err().status("Starting…") as waiting:
        _called("preflight", "check", settings)
        _called("serve", "serve", settings, listening, demo=demo, ready=waiting.stop)


@app.command()
def worker() -> None:
    """Run a worker without doors, beside a service; needs DATABASE_URL and CHROMA_URL.

    Example: `CHROMA_URL=http://127.0.0.1:8001 closeloop worker`
    """
    settings = read_settings()
    _called("logs", "configure_logs", settings.log_level)
    if not settings.chroma_url:
        raise Sorry(
            "A worker needs CHROMA_URL: the search index in the data folder belongs to `closeloop serve` alone."
        )
    if not settings.concurrency:
        raise Sorry("CONCURRENCY is 0, so this worker would do nothing.")
    _called("preflight", "check", settings)
    _called("serve", "work", settings)


@app.command()
def chat(
    text: Annotated[list[str] | None, typer.Argument(metavar="[TEXT]…", help="One message; without it, many.")] = None,
    customer: Annotated[str | None, typer.Option("--as", metavar="CUSTOMER", help="Who you are.")] = None,
    visitor: Annotated[bool, typer.Option("--visitor", help="Somebody who is not signed in.")] = False,
    conversation: Annotated[str | None, typer.Option(metavar="ID", help="Go on with this conversation.")] = None,
    page: Annotated[str, typer.Option(metavar="URL", help="The page that you are on.")] = "",
    url: Url = None,
) -> None:
    """Write to the running service as a customer does, and see what it does.

    Examples: `closeloop chat --as cus_ada "Where is ord_1001?"`, `closeloop chat --as cus_ben` to go on writing while
    a person decides, `closeloop chat --visitor "When do I get charged?"`
    """
    if bool(customer) == visitor:
        raise Sorry("Say who writes: --as CUSTOMER (such as cus_ada), or --visitor.")
    said = " ".join(text or [])
    _called("chat", "chat", read_settings(), said, customer=customer, conversation=conversation, page=page, url=url)


@app.command()
def doctor() -> None:
    """Look at everything the service needs, and say what to do about what is missing."""
    _called("doctor", "doctor")


@approvals.command("list")
def list_approvals(
    status: Annotated[
        str, typer.Option(help="pending, approved, edited, rejected, answered, expired, …, or all.")
    ] = "pending",
    queue: Annotated[str | None, typer.Option(help="Of this queue alone.")] = None,
    key: Key = None,
    url: Url = None,
) -> None:
    """What waits for a person, oldest first."""
    _called("approvals", "show_list", _inbox(key, url), status=status, queue=queue)


@approvals.command()
def show(card: Card, key: Key = None, url: Url = None) -> None:
    """The card: the proposal, what policy says, the records, and the words that the customer will get."""
    _called("approvals", "show", _inbox(key, url), card)


@approvals.command()
def approve(card: Card, yes: Sure = False, key: Key = None, url: Url = None) -> None:
    """Approve it as it is. Example: `closeloop approvals approve apr_4f`"""
    _decide(card, {"type": "approve"}, yes, key, url)


@approvals.command()
def reject(
    card: Card,
    message: Annotated[
        str | None, typer.Option(help="Why, for colleagues; the customer reads what the card shows.")
    ] = None,
    yes: Sure = False,
    key: Key = None,
    url: Url = None,
) -> None:
    """Reject it. Example: `closeloop approvals reject apr_4f --message "delivered yesterday"`"""
    _decide(card, {"type": "reject", **({"message": message} if message else {})}, yes, key, url)


@approvals.command()
def edit(
    card: Card,
    arg: Annotated[list[str], typer.Option(metavar="NAME=VALUE", help="What to change; amounts are in cents.")],
    yes: Sure = False,
    key: Key = None,
    url: Url = None,
) -> None:
    """Approve it with changes. Example: `closeloop approvals edit apr_4f --arg amount=12000`"""
    _decide(card, {"type": "edit"}, yes, key, url, changes=arg)


@approvals.command()
def respond(
    card: Card,
    message: Annotated[str, typer.Option(help="What the customer is told.")],
    yes: Sure = False,
    key: Key = None,
    url: Url = None,
) -> None:
    """Do not do it, and answer the customer yourself. Example: `closeloop approvals respond apr_4f --message "…"`"""
    _decide(card, {"type": "respond", "message": message}, yes, key, url)


@audit.command("verify")
def verify_audit(
    seals: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Seals copied elsewhere; else those in VAR.")
    ] = None,
) -> None:
    """Check every row, every chain and every seal. Example: `closeloop audit verify --seals /backup/audit-seals.jsonl`"""
    _called("audit", "verify", read_settings(), seals)


@audit.command("export")
def export_audit(
    conversation: Annotated[str | None, typer.Option(metavar="ID", help="Of this conversation alone.")] = None,
) -> None:
    """Print the log as JSON Lines. Example: `closeloop audit export > audit.jsonl`"""
    _called("audit", "export", read_settings(), conversation)


@audit.command("show")
def show_audit(conversation: Annotated[str, typer.Argument(metavar="ID", help="The conversation.")]) -> None:
    """What was decided in a conversation, in order, and by whom."""
    _called("audit", "show", read_settings(), conversation)


@audit.command("seal")
def seal_audit() -> None:
    """Seal the log now; the service does it every five minutes."""
    _called("audit", "seal", read_settings())


@token.command("customer")
def customer_token(
    customer: Annotated[str, typer.Argument(metavar="ID", help="The customer's id in your systems.")],
    hours: Annotated[float, typer.Option(help="How long it is valid.")] = 1.0,
) -> None:
    """Print a customer's token, as your application would sign it. Example: `TOKEN=$(closeloop token customer cus_ada)`"""
    _called("tokens", "customer_token", read_settings(), customer, hours)


@token.command("staff")
def staff_key(
    name: Annotated[str, typer.Argument(help="As colleagues know them.")],
    role: Annotated[list[str], typer.Option(help="A role of company.yaml; may be given again.")],
) -> None:
    """Add a member of staff and print their key, once. Example: `closeloop token staff "Ana Silva" --role billing`"""
    _called("tokens", "staff_key", read_settings(), name, role)


def main() -> None:
    app()


def _inbox(key: str | None, url: str | None) -> Any:
    return _called("approvals", "staff_service", read_settings(), key, url)


def _decide(
    card: str, answer: dict[str, Any], yes: bool, key: str | None, url: str | None, changes: list[str] | None = None
) -> None:
    _called("approvals", "decide", _inbox(key, url), card, answer, changes=changes or (), sure=yes)


def _called(module: str, function: str, *given: Any, **named: Any) -> Any:
    return getattr(import_module(f"commands.{module}"), function)(*given, **named)
