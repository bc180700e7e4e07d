"""`closeloop new`: a company folder to start from."""

import re
import shutil
import tempfile
from pathlib import Path
from shlex import quote

from rich.text import Text

from commands.screen import Sorry, command_line, out
from policy.company import Company
from policy.source import document
from settings import Settings
from wiring import load

TEMPLATES = Path(__file__).parents[1] / "templates"
FIRST_WORDS = {
    "saas": "You charged me twice for my plan",
    "shop": "My order ord_1001 never came, I want my money back",
}
_NAME = re.compile(r"\w(?:[\w .&'+-]{0,58}[\w.])?")


def new(settings: Settings, folder: Path, *, template: str, name: str | None) -> None:
    """Makes the folder and says what to do next. Raises Sorry when something is there already."""
    own = _name_of(template)
    if name is not None and not _NAME.fullmatch(name):
        raise Sorry("--name takes up to 60 letters, digits, spaces and . & ' + -, such as \"Ann's Lamps\".")
    _check_place(folder)
    _make(TEMPLATES / template, folder, own, name or own)
    _tell(settings, folder, template, load(folder))


def _name_of(template: str) -> str:
    """What the company is called in the template's own files."""
    text = (TEMPLATES / template / "company.yaml").read_text("utf-8")
    return document(text, file="company.yaml", problems=[]).need("name").text()


def _check_place(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise Sorry(f"{folder} is a file.")
    if folder.is_dir() and any(folder.iterdir()):
        raise Sorry(f"{folder} is not empty. Name a folder that does not exist yet.")


def _make(template: Path, folder: Path, old: str, name: str) -> None:
    """The folder appears whole or not at all."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".making-") as work:
            made = Path(work) / "company"
            shutil.copytree(template, made)
            for path in made.rglob("*.*"):
                path.write_text(path.read_text("utf-8").replace(old, name), "utf-8")
            made.rename(folder)
    except OSError as error:
        raise Sorry(f"{folder} cannot be made ({error.strerror}).") from error


def _tell(settings: Settings, folder: Path, template: str, company: Company) -> None:
    closeloop, where = command_line(settings), quote(str(folder))
    articles, cases = len(list(company.articles.rglob("*.md"))), len(list((folder / "evals").glob("*.yaml")))
    screen = out()
    counted = f"{len(company.playbooks)} playbooks, {articles} articles, {cases} eval cases."
    screen.print(Text(f"{company.name} is made in {folder}: {counted}", style="green"), soft_wrap=True)
    steps = (
        ("What is wrong in it, or could be better", f"{closeloop} company check {where}"),
        ("Serve it, on the demo company's records", f"COMPANY={where} {closeloop} serve --demo"),
        ("Write to it, in a second terminal", f'{closeloop} chat --as cus_ada "{FIRST_WORDS[template]}"'),
        ("Play its eval cases", f"python -m evals --company {where}"),
    )
    for title, line in steps:
        screen.print()
        screen.print(Text(title, style="bold"))
        screen.print(Text(f"  {line}", style="green"), soft_wrap=True)
    screen.print()
    screen.print(
        "Then make it yours: company.yaml says who you are, policy.yaml what may be done, playbooks/ how each request is "
        "handled, articles/ what customers read. docs/company.md explains every key, docs/extending.md connects systems.",
        style="dim",
    )
