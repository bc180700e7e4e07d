"""The agent's own sentences, kept in `graph/prompts/texts.yaml`, rendered with strict undefined."""

from functools import cache
from importlib import resources
from typing import Any

import yaml
from jinja2 import StrictUndefined, Template
from jinja2.sandbox import SandboxedEnvironment


@cache
def _texts() -> dict[str, str]:
    raw = resources.files("graph").joinpath("prompts/texts.yaml").read_text("utf-8")
    found: dict[str, str] = yaml.safe_load(raw)
    return found


@cache
def _environment() -> SandboxedEnvironment:
    return SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


@cache
def _template(name: str) -> Template:
    return _environment().from_string(_texts()[name])


def text(name: str, /, **values: Any) -> str:
    """Raises KeyError for a sentence that does not exist, jinja2.UndefinedError for a value that is missing."""
    return _template(name).render(**values)
