"""What the documentation says is true: its drawing, settings, commands, links, paths and examples are the code's."""

import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer

from cli import app
from graph.build import build
from graph.deps import Services
from policy.source import Problem, document
from settings import Settings
from tests.cli_world import CLOSELOOP, World, make_world

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
DECISIONS = sorted(ROOT.glob("docs/decisions/*.md"))
SECTIONS = ["Context", "Decision", "Consequences", "Alternatives", "Held by"]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"(?:[\w*-]+/)*[\w*.-]+\.(?:py|md|yaml|sql|toml|json|txt|lock)|(?:[\w-]+/)+")
SAID = re.compile(r"^(?:\$ )?(?:[A-Z_]+=\S* )*(?:\.venv/bin/)?(make|closeloop) ([a-z][^#|]*)")
MADE_LATER = ("var/", ".venv/", "acme/")
PASSING = re.compile(r" › |^  \[|^  [a-z_]+(?: ×\d+)?$|^  conversation |^  to decide it:")
"""Lines that differ each time: the steps come in batches, and ids are random."""
DAY = re.compile(r"\b\d{1,2} [A-Z][a-z]+ \d{4}\b")


@dataclass(frozen=True, kw_only=True)
class Block:
    """A fenced block of a page."""

    page: Path
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{name_of(self.page)}-{self.text.strip().splitlines()[0][:30]}"


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(*kinds: str) -> list[Block]:
    found = [(page, *match) for page in PAGES for match in FENCE.findall(page.read_text("utf-8"))]
    return [Block(page=page, kind=kind, text=text) for page, kind, text in found if kind in kinds]


def prose(page: Path) -> str:
    return FENCE.sub("", page.read_text("utf-8"))


def between(page: str, name: str) -> str:
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    return (ROOT / page).read_text("utf-8").split(begin)[1].split(end)[0].strip()


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as a repository's web page makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def sections(page: Path) -> dict[str, str]:
    parts = re.split(r"^## (.+)$", page.read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def commands() -> Iterator[tuple[str, str, list[str]]]:
    """Every command of ours that a page tells the reader to type: where, the program, its words."""
    for page in PAGES:
        fenced = [line for block in FENCE.findall(page.read_text("utf-8")) for line in block[1].splitlines()]
        for line in [*fenced, *CODE.findall(prose(page))]:
            match = SAID.match(line.strip())
            if match:
                yield name_of(page), match[1], match[2].split()


def paths() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        for code in CODE.findall(prose(page)):
            if FILE.fullmatch(code) and not code.startswith(MADE_LATER):
                yield page, code


def exists(page: Path, path: str) -> bool:
    """From the root; a page about the company folder also names files from there, a page of docs its neighbours."""
    places = [ROOT, ROOT / "company", page.parent]
    return any(list(place.glob(path.rstrip("/"))) for place in places)


@pytest.fixture
def world(tmp_path: Path, demo_url: str, database_url: Callable[[], str]) -> Iterator[World]:
    """The service as `make run` serves it."""
    httpx.post(f"{demo_url}/reset", json={}).raise_for_status()
    made = make_world(tmp_path / "var", DATABASE_URL=database_url(), DEMO_URL=demo_url)
    with made.serving("--demo"):
        yield made


def typed(world: World, command: str) -> list[str]:
    """What one command of a page says; it is told the id of the newest card in place of the page's."""
    words = shlex.split(command.replace(".venv/bin/closeloop ", ""))
    if words[:2] == ["approvals", "approve"]:
        words[2] = re.findall(r"apr_\w+", world.run("approvals", "list").out)[-1]
        words.append("--yes")
    done = subprocess.run([*CLOSELOOP, *words], cwd=ROOT, env=world.environment, capture_output=True, text=True)
    return [line.rstrip() for line in done.stdout.splitlines() if not PASSING.search(line)]


def undated(lines: list[str]) -> str:
    """The words of a session whatever its day, which also decides where lines break."""
    return DAY.sub("<day>", " ".join(" ".join(lines).split()))


def understood(words: list[str]) -> bool:
    """Whether these words name a command, and only options that it has."""
    command: Any = typer.main.get_command(app)
    while words and words[0] in getattr(command, "commands", {}):
        command, words = command.commands[words[0]], words[1:]
    known = {name for option in command.params for name in option.opts} | {"--help"}
    return not (words and hasattr(command, "commands")) and known.issuperset(w for w in words if w.startswith("--"))


def nothing_open() -> Services:
    raise AssertionError("Drawing opens nothing.")


@pytest.mark.parametrize("page", ["README.md", "docs/flow.md"])
def test_the_drawing_is_the_graph(page: str) -> None:
    drawn = build(nothing_open).compile().get_graph().draw_mermaid(with_styles=False).strip()

    assert between(page, "drawing") == f"```mermaid\n{drawn}\n```"


@pytest.mark.slow
def test_the_commands_in_readme_say_what_readme_says(world: World) -> None:
    session = next(block.text for block in blocks("console") if block.page.name == "README.md")
    told = [part.splitlines() for part in re.split(r"^\$ ", session, flags=re.MULTILINE) if part]

    for command, *said in told:
        assert undated(typed(world, command)) == undated([line for line in said if not PASSING.search(line)])


def test_every_setting_is_described_with_its_default() -> None:
    page = (ROOT / "docs/settings.md").read_text("utf-8")
    described = dict(re.findall(r"^### `(\w+)`\n\nDefault: `?(.+?)`?$", page, re.MULTILINE))

    assert described == {each.name.upper(): str(each.default) or "empty" for each in fields(Settings)}


def test_every_make_target_that_the_pages_name_is_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = [(page, words[0]) for page, program, words in commands() if program == "make"]

    assert named
    assert [(page, target) for page, target in named if target not in targets] == []


def test_every_command_that_the_pages_name_is_there() -> None:
    named = [(page, words) for page, program, words in commands() if program == "closeloop"]

    assert named
    assert [(page, words) for page, words in named if not understood(words)] == []


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python_examples_run(block: Block) -> None:
    exec(compile(block.text, str(block), "exec"), {"__name__": "example"})


@pytest.mark.parametrize("block", blocks("yaml", "markdown"), ids=str)
def test_examples_of_the_company_folder_can_be_read(block: Block) -> None:
    front_matter = block.text.split("---\n")[1] if block.kind == "markdown" else block.text
    problems: list[Problem] = []

    document(front_matter, file=str(block), problems=problems)

    assert problems == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = [link.partition("#") for link in LINK.findall(prose(page)) if "://" not in link]
    targets = [((page.parent / path).resolve() if path else page, anchor) for path, _, anchor in links]

    assert [str(target) for target, _ in targets if not target.exists()] == []
    assert [anchor for target, anchor in targets if anchor and anchor not in anchors(target)] == []


def test_files_that_the_pages_name_are_there() -> None:
    assert [(name_of(page), path) for page, path in paths() if not exists(page, path)] == []


def test_every_page_can_be_found_from_the_map() -> None:
    index = (ROOT / "docs/index.md").read_text("utf-8")
    linked = {(ROOT / "docs" / link).resolve() for link in LINK.findall(index)}

    assert [name_of(page) for page in PAGES if page.resolve() not in linked and page.name != "index.md"] == []


def test_each_guarantee_names_the_tests_that_prove_it() -> None:
    guarantees = {title: text for title, text in sections(ROOT / "docs/guarantees.md").items() if title[0].isdigit()}
    proofs = {title: re.findall(r"`(tests/\w+\.py)`", text) for title, text in guarantees.items()}

    assert [int(title.partition(".")[0]) for title in guarantees] == list(range(1, len(guarantees) + 1))
    assert all("*How.*" in text and "*Limits.*" in text for text in guarantees.values())
    assert all(files and all((ROOT / file).exists() for file in files) for files in proofs.values())


def test_decisions_are_numbered_without_gaps() -> None:
    assert [page.name[:4] for page in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("page", DECISIONS, ids=name_of)
def test_a_decision_says_why_and_what_holds_it(page: Path) -> None:
    found = sections(page)

    assert page.read_text("utf-8").startswith(f"# {page.name[:4]} ")
    assert list(found) == SECTIONS
    assert re.search(r"`(tests/\w+\.py)`", found["Held by"])
