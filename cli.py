"""The closeloop command: what can be asked of it. What is done stands in `commands/`.

Those commands are imported when they are called: what the service needs takes seconds to import, and nobody should wait
for it to read a help text or to write a message.
"""

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from commands.screen import Sorry, err
from commands.typed import STYLE, Group, Key, Url, called
from commands.typed_actions import actions, runs
from commands.typed_approvals import approvals
from commands.typed_keys import keys
from commands.typed_kill import kill
from commands.typed_knowledge import knowledge
from commands.typed_learning import gaps, learning, report
from commands.typed_models import fake_model, prompt, usage
from commands.typed_personal import checkpoints, erase, retention
from settings import read_settings


class Template(StrEnum):
    """What a company folder can be made from; each is a folder in templates/."""

    SAAS = "saas"
    SHOP = "shop"


app = typer.Typer(
    cls=Group,
    help="Customer support that resolves tickets. Every setting is an environment variable: see docs/settings.md.",
    pretty_exceptions_show_locals=False,
    **STYLE,
)
company = typer.Typer(help="The company folder: playbooks, policy, articles.", **STYLE)
audit = typer.Typer(help="The audit log: who decided what, and that nobody changed it since.", **STYLE)
token = typer.Typer(help="Tokens for customers, keys for staff.", **STYLE)
app.add_typer(company, name="company")
app.add_typer(approvals, name="approvals")
app.add_typer(actions, name="actions")
app.add_typer(runs, name="runs")
app.add_typer(audit, name="audit")
app.add_typer(token, name="token")
app.add_typer(keys, name="keys")
app.add_typer(retention, name="retention")
app.add_typer(checkpoints, name="checkpoints")
app.command()(erase)
app.command()(prompt)
app.command()(usage)
app.command()(fake_model)
app.add_typer(kill, name="kill")
app.add_typer(knowledge, name="knowledge")
app.add_typer(learning, name="learning")
app.command()(gaps)
app.command()(report)


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
    called("logs", "configure_logs", settings.log_level)
    with called("preflight", "bind", settings) as listening, err().status("Starting…") as waiting:
        called("preflight", "check", settings)
        called("serve", "serve", settings, listening, demo=demo, ready=waiting.stop)


@app.command()
def worker() -> None:
    """Run a worker without doors, beside a service; needs DATABASE_URL and CHROMA_URL.

    Example: `CHROMA_URL=http://127.0.0.1:8001 closeloop worker`
    """
    settings = read_settings()
    called("logs", "configure_logs", settings.log_level)
    if not settings.chroma_url:
        raise Sorry(
            "A worker needs CHROMA_URL: the search index in the data folder belongs to `closeloop serve` alone."
        )
    if not settings.concurrency:
        raise Sorry("CONCURRENCY is 0, so this worker would do nothing.")
    called("preflight", "check", settings)
    called("serve", "work", settings)


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
    called("chat", "chat", read_settings(), said, customer=customer, conversation=conversation, page=page, url=url)


@app.command()
def doctor() -> None:
    """Look at everything the service needs, and say what to do about what is missing."""
    called("doctor", "doctor")


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make; not there yet, or empty.")],
    template: Annotated[Template, typer.Option(help="What kind of company to start from.")],
    name: Annotated[str | None, typer.Option(help="How the company is called; else as in the template.")] = None,
) -> None:
    """Make a company folder that starts: playbooks, policy, articles and eval cases, to be changed into yours.

    Example: `closeloop new acme --template saas --name Acme`, then `COMPANY=acme closeloop serve --demo`
    """
    called("new", "new", read_settings(), folder, template=template.value, name=name)


@app.command()
def ingest(key: Key = None, url: Url = None) -> None:
    """Take edited articles into the search: of the running service, which goes on serving, or when none runs, of the index.

    Example: `closeloop ingest` after an edit in `company/articles/`. Exit code 1 when an article could not be read.
    """
    called("ingest", "ingest_articles", read_settings(), key=key, url=url)


@company.command("check")
def check_company(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="The folder; else that of COMPANY.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Look through a company folder: mistakes, rules nobody reaches, tools nobody uses, articles that are missing,
    examples that are taken for another intent. Needs no service and no database.

    Example: `closeloop company check company --strict`. Exit code 1 when there is an error.
    """
    called("company", "check", read_settings(), folder, strict=strict, as_json=as_json)


@audit.command("verify")
def verify_audit(
    seals: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Seals copied elsewhere; else those in VAR.")
    ] = None,
) -> None:
    """Check every row, every chain and every seal. Example: `closeloop audit verify --seals /backup/audit-seals.jsonl`"""
    called("audit", "verify", read_settings(), seals)


@audit.command("export")
def export_audit(
    conversation: Annotated[str | None, typer.Option(metavar="ID", help="Of this conversation alone.")] = None,
) -> None:
    """Print the log as JSON Lines. Example: `closeloop audit export > audit.jsonl`"""
    called("audit", "export", read_settings(), conversation)


@audit.command("show")
def show_audit(conversation: Annotated[str, typer.Argument(metavar="ID", help="The conversation.")]) -> None:
    """What was decided in a conversation, in order, and by whom."""
    called("audit", "show", read_settings(), conversation)


@audit.command("seal")
def seal_audit() -> None:
    """Seal the log now; the service does it every five minutes."""
    called("audit", "seal", read_settings())


@token.command("customer")
def customer_token(
    customer: Annotated[str, typer.Argument(metavar="ID", help="The customer's id in your systems.")],
    hours: Annotated[float, typer.Option(help="How long it is valid.")] = 1.0,
) -> None:
    """Print a customer's token, as your application would sign it. Example: `TOKEN=$(closeloop token customer cus_ada)`"""
    called("tokens", "customer_token", read_settings(), customer, hours)


@token.command("staff")
def staff_key(
    name: Annotated[str, typer.Argument(help="As colleagues know them.")],
    role: Annotated[list[str], typer.Option(help="A role of company.yaml; may be given again.")],
    customer: Annotated[
        str | None, typer.Option(help="Their id as a customer, if they are one: they never decide about themselves.")
    ] = None,
    days: Annotated[float, typer.Option(help="How long the key is valid; 0: until it is revoked.")] = 180,
) -> None:
    """Add a member of staff and print their key, once. Example: `closeloop token staff "Ana Silva" --role billing`"""
    called("tokens", "staff_key", read_settings(), name, role, customer, days=days)


def main() -> None:
    app()
