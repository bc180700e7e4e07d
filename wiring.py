"""Turns what a company's folder names into live objects: its kit, what its policy may speak of, and its systems."""

import sys
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import reduce
from operator import or_
from pathlib import Path
from typing import TypeVar

from graph.triage.learned import LearnedIntents
from knowledge.embedder import Embedder, open_embedder
from knowledge.minilm import build as build_model
from policy.company import Company, load_company
from policy.live import LiveCompany
from policy.source import CompanyInvalid, Problem
from policy.vocabulary import Vocabulary
from policy.wiring import Named, Wiring, read_wiring
from settings import SettingInvalid, Settings, with_environment
from tools.connections import Adapter, Connection, NotFoundInCode, named, open_systems
from tools.demo.adapters import ADAPTERS
from tools.kit import Kit
from tools.systems import Systems

DEMO = "demo"
EXAMPLES = "examples.npz"
"""Beside the sentence model: the vectors of what companies' models learn from."""
T = TypeVar("T")


def load_kit(folder: Path) -> Kit:
    """What the company's agent can know and do. Raises CompanyInvalid."""
    return _kit(folder, read_wiring(folder))


def vocabulary_of(kit: Kit) -> Vocabulary:
    tools = {tool.name: tool.schema() for tool in kit.actions}
    return Vocabulary(facts=kit.facts, tools=tools, hidden=kit.hidden)


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What a process reads and fits before anything is open. A process that is forked from one that has it starts in a
    fraction of the time."""

    kit: Kit
    company: LiveCompany
    embedder: Embedder
    classifier: LearnedIntents


def loaded_of(settings: Settings) -> Loaded:
    """The sentence model has no threads beside the caller's, so that the process may be forked. Raises ModelMissing."""
    kit, company = open_company(settings)
    models = settings.var / "models"
    embedder = Embedder(models, threads=1)
    classifier = LearnedIntents(embedder, company, models / EXAMPLES)
    return Loaded(kit=kit, company=company, embedder=embedder, classifier=classifier)


def open_company(settings: Settings) -> tuple[Kit, LiveCompany]:
    """Raises CompanyInvalid."""
    kit = load_kit(settings.company)
    return kit, LiveCompany(settings.company, vocabulary_of(kit), time.monotonic)


def fitted(settings: Settings, company: LiveCompany, loaded: Loaded | None = None) -> tuple[Embedder, LearnedIntents]:
    """The sentence model, built if it is missing, and the model of intents, unless they are loaded. Raises
    NothingToLearn."""
    if loaded is not None:
        return loaded.embedder, loaded.classifier
    models = settings.var / "models"
    build_model(models)
    embedder = open_embedder(models)
    return embedder, LearnedIntents(embedder, company, models / EXAMPLES)


def load(folder: Path) -> Company:
    """The company of a folder, as it stands now. Raises CompanyInvalid."""
    company = load_company(folder, vocabulary_of(load_kit(folder)))
    adapters_of(folder, company.wiring)
    return company


def needs_demo(wiring: Wiring) -> bool:
    """Whether some port is served by the demo company's systems."""
    return any(connection.path == DEMO for connection in wiring.connections.values())


def adapters_of(folder: Path, wiring: Wiring) -> dict[str, Adapter]:
    """By port. Raises CompanyInvalid, naming every connection that leads nowhere."""
    _importable(folder)
    return _each(wiring, _adapter)


def options_of(wiring: Wiring) -> dict[str, dict[str, str]]:
    """The options of each connection, by port, with the environment put in. Raises CompanyInvalid, naming every variable
    that is not set."""
    return _each(wiring, _options)


def connected(
    settings: Settings, wiring: Wiring, *, demo_url: str, **ports: object
) -> AbstractAsyncContextManager[Systems]:
    """Opens the company's systems; `ports` are those that Closeloop itself serves. Raises CompanyInvalid, and on opening
    NotConnected."""
    adapters, options = adapters_of(settings.company, wiring), options_of(wiring)
    opened = {
        port: (adapters[port], _connection(settings, port, connection, options[port], demo_url))
        for port, connection in wiring.connections.items()
    }
    return open_systems(opened, **ports)


def _connection(settings: Settings, port: str, connection: Named, options: dict[str, str], demo_url: str) -> Connection:
    return Connection(
        port=port,
        options=options | ({"url": demo_url} if connection.path == DEMO else {}),
        connect_seconds=settings.fact_seconds,
        answer_seconds=settings.answer_seconds,
    )


def _each(wiring: Wiring, made: Callable[[str, Named], T]) -> dict[str, T]:
    """Made of every connection, or else all the problems."""
    problems: list[Problem] = []
    found: dict[str, T] = {}
    for port, connection in wiring.connections.items():
        try:
            found[port] = made(port, connection)
        except (NotFoundInCode, SettingInvalid) as error:
            problems.append(connection.problem(error.detail))
    if problems:
        raise CompanyInvalid(problems)
    return found


def _options(_port: str, connection: Named) -> dict[str, str]:
    return {name: with_environment(value) for name, value in connection.options.items()}


def _adapter(port: str, connection: Named) -> Adapter:
    if connection.path != DEMO:
        return _own_adapter(connection.path)
    if port not in ADAPTERS:
        raise NotFoundInCode(f"the demo company has no system for the port {port}; it has {', '.join(ADAPTERS)}.")
    return ADAPTERS[port]


def _own_adapter(path: str) -> Adapter:
    adapter: Adapter = named(path)
    if not callable(adapter):
        raise NotFoundInCode(f"'{path}' is no adapter: it cannot be called.")
    return adapter


def _kit(folder: Path, wiring: Wiring) -> Kit:
    _importable(folder)
    problems: list[Problem] = []
    kits = [kit for each in wiring.kits if (kit := _kit_at(each, problems))]
    if problems:
        raise CompanyInvalid(problems)
    return reduce(or_, kits)


def _kit_at(where: Named, problems: list[Problem]) -> Kit | None:
    try:
        found = named(where.path)
    except NotFoundInCode as error:
        problems.append(where.problem(error.detail))
        return None
    if isinstance(found, Kit):
        return found
    problems.append(where.problem(f"'{where.path}' is not a Kit."))
    return None


def _importable(folder: Path) -> None:
    """A company may keep modules of its own in its folder; those of an installed package are found anyway."""
    place = str(folder.resolve())
    if place not in sys.path:
        sys.path.append(place)
