"""How a company is wired: the kits its agent works with, and which adapter serves which port. Only read here, not opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from policy.source import CompanyInvalid, Node, Problem, document

STANDARD_KIT = "tools.standard:KIT"


@dataclass(frozen=True, kw_only=True)
class Named:
    """An import path, `module:NAME`, and where it is written. `options` are an adapter's own settings."""

    path: str
    options: Mapping[str, str]
    file: str
    line: int
    field: str

    @property
    def choice(self) -> tuple[str, Mapping[str, str]]:
        """What is chosen, wherever it is written."""
        return self.path, self.options

    def problem(self, message: str) -> Problem:
        return Problem(file=self.file, line=self.line, field=self.field, message=message)


@dataclass(frozen=True, kw_only=True)
class Wiring:
    """`kits`: later ones win. `connections`: by port."""

    kits: tuple[Named, ...]
    connections: Mapping[str, Named]

    def same(self, other: "Wiring") -> bool:
        """Whether both choose the same, wherever it is written."""
        return self._choices() == other._choices()

    def _choices(self) -> tuple[list[object], dict[str, object]]:
        return [kit.choice for kit in self.kits], {port: each.choice for port, each in self.connections.items()}


def read_wiring(folder: Path) -> Wiring:
    """What company.yaml says of kits and connections; the rest of it is not looked at. Raises CompanyInvalid."""
    problems: list[Problem] = []
    path = folder / "company.yaml"
    name = f"{folder.resolve().name}/company.yaml"
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise CompanyInvalid([Problem(file=name, line=1, field="", message="there is no such file")]) from error
    except (OSError, UnicodeDecodeError) as error:
        raise CompanyInvalid([Problem(file=name, line=1, field="", message="cannot be read as UTF-8 text")]) from error
    wiring = wiring_of(document(text, file=name, problems=problems))
    if problems:
        raise CompanyInvalid(problems)
    return wiring


def wiring_of(company: Node) -> Wiring:
    """From the root of company.yaml."""
    kits = company.get("kits")
    standard = Named(path=STANDARD_KIT, options={}, file=company.file, line=1, field="kits")
    return Wiring(
        kits=tuple(_named(item, item.text(), {}) for item in kits.items()) if kits else (standard,),
        connections={port: _connection(entry) for port, entry in company.need("connections").entries().items()},
    )


def _connection(node: Node) -> Named:
    """`billing: demo`, `billing: module:NAME`, or a mapping with `adapter` and the adapter's own options."""
    if isinstance(node.value, str):
        return _named(node, node.text(), {})
    entries = node.entries()
    adapter = node.need("adapter").text()
    options = {name: entry.text() for name, entry in entries.items() if name != "adapter"}
    return _named(node, adapter, options)


def _named(node: Node, path: str, options: Mapping[str, str]) -> Named:
    return Named(path=path, options=options, file=node.file, line=node.line, field=node.path)
