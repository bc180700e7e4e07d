"""What can be asked about language models. What is done stands in `commands/prompt.py`, `commands/usage.py`
and `commands/fake_model.py`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from commands.typed import Key, Url, called
from settings import read_settings


def prompt(
    run: Annotated[str, typer.Argument(metavar="RUN", help="The run, as the inbox, the events or the logs name it.")],
    as_json: Annotated[bool, typer.Option("--json", help="For machines: a line of JSON for each call.")] = False,
) -> None:
    """Print what a run sent to the language model: each call with its messages and tools, and what it came to.

    Kept for as long as `retention.prompts` of company.yaml says. Example: `closeloop prompt run_4f0c9be2a1d37c55e810`
    """
    called("prompt", "show", read_settings(), run, as_json=as_json)


class By(StrEnum):
    """What `closeloop usage` has a line for."""

    DAY = "day"
    INTENT = "intent"
    MODEL = "model"
    ENDING = "ending"
    RUN = "run"


def usage(
    by: Annotated[By, typer.Option(help="A line for each of these; `run` needs --conversation.")] = By.DAY,
    since: Annotated[
        str | None, typer.Option(metavar="DAY", help="The first day; else six days before --until.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="DAY", help="The last day; else today.")] = None,
    conversation: Annotated[str | None, typer.Option(metavar="ID", help="Of this conversation alone.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    key: Key = None,
    url: Url = None,
) -> None:
    """What language models took: calls, tokens, seconds to the first word, cost; and how much of today's budget is left.

    Days are the company's. `--by ending` counts conversations that took no call as well: its line `resolved_confirmed` says
    what a resolved conversation costs. Prices and the budget stand in company.yaml (`usage.models`). Needs a key of the
    role lead.

    Examples: `closeloop usage --by intent --since 2026-06-01`, `closeloop usage --by run --conversation cnv_0123`
    """
    asked = {"by": by.value, "since": since, "until": until, "conversation": conversation}
    called("usage", "show", read_settings(), **asked, as_json=as_json, key=key, url=url)


def fake_model(
    script: Annotated[Path, typer.Argument(metavar="SCRIPT", help="The YAML file with what the model says.")],
    port: Annotated[int, typer.Option(help="The port on 127.0.0.1; 0 takes a free one.")] = 8090,
) -> None:
    """Serve a language model that says what a script says: to try the service, a playbook or a failure without one.

    It speaks OpenAI's chat completions over HTTP, streamed, with delays, calls and faults as the script wants them, and
    prints every request with the turn that answered it. docs/models.md shows what a script may hold.

    Example: `closeloop fake-model evals/fake_model/example.yaml`, then in another terminal
    `MODEL=scripted OPENAI_BASE_URL=http://127.0.0.1:8090/v1 closeloop serve --demo`
    """
    called("fake_model", "serve", script, port=port)
