"""What a command says, and how it says that it cannot go on: one sentence, and no traceback."""

import os
import shutil
import sys
from pathlib import Path
from shlex import quote

from rich.console import Console
from rich.text import Text

from policy.source import CompanyInvalid
from records.errors import CloseloopError
from settings import Settings


class Sorry(CloseloopError):
    """This cannot be done."""


def out() -> Console:
    """Where answers go."""
    return Console(highlight=False)


def err() -> Console:
    """Where everything else goes."""
    return Console(stderr=True, highlight=False)


def apologise(error: CloseloopError) -> None:
    """Says what is wrong; of a broken company folder all that is wrong, line by line."""
    if isinstance(error, CompanyInvalid):
        count = len(error.problems)
        _say(f"The company folder has {count} mistake{'' if count == 1 else 's'}:")
        for problem in error.problems:
            err().print(Text(f"  {problem}"), soft_wrap=True)
    else:
        _say(" ".join(error.detail.split()))


def _say(sentence: str) -> None:
    err().print(Text.assemble(("closeloop: ", "bold red"), sentence), soft_wrap=True)


def command_line(settings: Settings) -> str:
    """How this program is called from here, with the settings that another terminal must share."""
    own, found = Path(sys.argv[0]), shutil.which("closeloop")
    name = "closeloop" if found and own.exists() and os.path.samefile(found, own) else _short(own)
    default = Settings()
    shared = {"VAR": settings.var, "HOST": settings.host, "PORT": settings.port}
    usual = {"VAR": default.var, "HOST": default.host, "PORT": default.port}
    given = [f"{key}={quote(str(value))}" for key, value in shared.items() if value != usual[key]]
    return " ".join([*given, name])


def _short(path: Path) -> str:
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def age(seconds: int) -> str:
    """A length of time in its largest unit: `3 s`, `12 min`, `5 h`, `2 d`."""
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{max(0, seconds)} s"
