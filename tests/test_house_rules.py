"""Rules that no linter knows: who may import whom, where the graph may pause, how large a module may grow."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = {
    "records": 0,
    "policy": 1,
    "tools": 1,
    "knowledge": 1,
    "graph": 2,
    "runs": 3,
    "web": 4,
    "settings": 5,
    "components": 6,
    "wiring": 6,
    "server": 7,
    "studio": 8,
    "evals": 8,
    "commands": 9,
    "cli": 10,
}
ONLY_IN = {
    "fastapi": ("web", "server.py", "studio.py", "commands/serve.py", "tools/demo", "evals", "tests"),
    "psycopg": (
        "records",
        "runs/startup.py",
        "runs/driver.py",
        "runs/sweep.py",
        "runs/stuck.py",
        "tools/demo",
        "evals",
        "tests",
        "commands",
    ),
    "chromadb": ("knowledge/index.py",),
    "procrastinate": ("runs", "tests", "evals"),
    "jinja2": ("policy/templates.py", "graph/replies/texts.py", "graph/reasoners/model/prompt.py", "web"),
    "cel_expr_python": ("policy",),
}
LARGEST = 260
LONGEST_FUNCTION = 40


def modules() -> Iterator[Path]:
    yield from sorted(ROOT.glob("*.py"))
    for top in sorted(ROOT.iterdir()):  # what runs meanwhile makes and removes files in var/
        if top.is_dir() and top.name not in ("var", "build") and not top.name.startswith("."):
            yield from sorted(top.rglob("*.py"))


def product() -> Iterator[Path]:
    return (path for path in modules() if path.relative_to(ROOT).parts[0] != "tests")


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def top_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def test_imports_run_one_way() -> None:
    wrong = [
        f"{name_of(path)} imports {module}"
        for path in product()
        for module in imported(path)
        if (theirs := module.split(".")[0]) in LAYERS and theirs != top_of(path)
        if top_of(path) in LAYERS and LAYERS[theirs] >= LAYERS[top_of(path)]
    ]

    assert wrong == []


def test_each_library_stays_where_it_belongs() -> None:
    wrong = [
        f"{name_of(path)} imports {module}"
        for path in modules()
        for module in imported(path)
        for library, places in ONLY_IN.items()
        if module.split(".")[0] == library and not name_of(path).startswith(places)
    ]

    assert wrong == []


def test_the_graph_pauses_in_one_place() -> None:
    places = [name_of(path) for path in product() if re.search(r"\binterrupt\(", path.read_text("utf-8"))]

    assert places == ["graph/nodes/human_approval.py"]


def test_nodes_never_choose_the_way_themselves() -> None:
    places = [name_of(path) for path in product() if re.search(r"Command\([^)]*goto", path.read_text("utf-8"))]

    assert places == []


def test_one_node_runs_write_tools() -> None:
    callers = [name_of(path) for path in product() if "tools.executor" in set(imported(path))]

    assert callers == ["graph/nodes/act.py"]


def test_the_environment_is_read_in_one_module() -> None:
    reads = re.compile(r"os\.environ|os\.getenv|environ\[")
    places = [name_of(path) for path in product() if reads.search(path.read_text("utf-8"))]

    assert [place for place in places if not place.startswith("evals/")] == ["settings.py"]


def test_one_file_per_node_named_as_its_function() -> None:
    nodes = re.findall(r'^    add\("(\w+)", (\w+)\)', (ROOT / "graph/build.py").read_text("utf-8"), re.MULTILINE)

    assert nodes
    assert all(name == function for name, function in nodes)
    assert all((ROOT / f"graph/nodes/{name}.py").exists() for name, _ in nodes)


@pytest.mark.parametrize("path", list(product()), ids=name_of)
def test_a_module_holds_one_concept(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LARGEST


@pytest.mark.parametrize("path", list(product()), ids=name_of)
def test_functions_fit_on_a_screen(path: Path) -> None:
    long = [
        f"{node.name}: {(node.end_lineno or 0) - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]

    assert long == []
