"""What can be asked about language models. What is done stands in `commands/prompt.py` and `commands/fake_model.py`."""

from pathlib import Path
from typing import Annotated

import typer

from commands.typed import called
from settings import read_settings


def prompt(
    run: Annotated[str, typer.Argument(metavar="RUN", help="The run, as the inbox, the events or the logs name it.")],
    as_json: Annotated[bool, typer.Option("--json", help="For machines: a line of JSON for each call.")] = False,
) -> None:
    """Print what a run sent to the language model: each call with its messages and tools, and what it came to.

    Kept for as long as `retention.prompts` of company.yaml says. Example: `closeloop prompt run_4f0c9be2a1d37c55e810`
    """
    called("prompt", "show", read_settings(), run, as_json=as_json)


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
