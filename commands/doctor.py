"""`closeloop doctor`: looks at everything that the service needs, and says what to do about what is missing."""

import asyncio
import fcntl
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import httpx
import psycopg
import typer
from rich import box
from rich.table import Table
from rich.text import Text

from commands import endpoint
from commands.database import database_url
from commands.keys import tokens_of
from commands.preflight import bind, check_model, check_var, company_of
from commands.screen import Sorry, command_line, out
from commands.service import Service, url_of
from knowledge.embedder import MODEL_FILE
from knowledge.sources import read_sources
from policy.source import CompanyInvalid
from records.clock import SystemClock
from records.errors import CloseloopError
from settings import Settings, read_settings
from wiring import DEMO, needs_demo, options_of

Level = Literal["ok", "warn", "fail"]
MARKS: dict[Level, tuple[str, str]] = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "red")}
OWNER_LOCK = "owner.lock"
PATIENCE = 3.0


@dataclass(frozen=True, kw_only=True)
class Found:
    """What was found, in a sentence that says what to do unless all is well."""

    level: Level
    said: str


def doctor() -> None:
    """Prints the table. Exits with 1 when something fails."""
    found = list(_examined())
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("", "What", "Found"):
        table.add_column(title, overflow="fold")
    for name, each in found:
        mark, style = MARKS[each.level]
        table.add_row(Text(mark, style=style), name, Text(each.said, style="" if each.level == "ok" else style))
    out().print(table)
    failed = sum(each.level == "fail" for _, each in found)
    if failed:
        out().print(f"{failed} of {len(found)} must be put right before the service can run.", style="red")
        raise typer.Exit(1)
    out().print("Everything that the service needs is there.", style="green")


def _examined() -> Iterator[tuple[str, Found]]:
    yield "Python", _python()
    try:
        settings = read_settings()
    except CloseloopError as error:
        yield "Settings", Found(level="fail", said=error.detail)
        return
    yield "Settings", _settings(settings)
    health = _health(settings)
    for name, look in LOOKS.items():
        yield name, _looked(look, settings, health)


def _looked(look: "Look", settings: Settings, health: dict[str, Any] | None) -> Found:
    try:
        return look(settings, health)
    except CompanyInvalid as error:
        return Found(level="fail", said=error.detail)
    except CloseloopError as error:
        return Found(level="fail", said=" ".join(error.detail.split()))


def _python() -> Found:
    version = ".".join(map(str, sys.version_info[:3]))
    fine = sys.version_info >= (3, 11)
    return Found(level="ok" if fine else "fail", said=version if fine else f"{version}; 3.11 or newer is needed")


def _settings(settings: Settings) -> Found:
    """The names of those that are set; their values may be secret."""
    usual = Settings()
    changed = [f.name.upper() for f in fields(Settings) if getattr(settings, f.name) != getattr(usual, f.name)]
    return Found(level="ok", said=f"set: {', '.join(changed)}" if changed else "all as they come")


def _health(settings: Settings) -> dict[str, Any] | None:
    """What the running service says; None when nothing of ours answers."""
    try:
        return Service(url=url_of(settings)).get("/health")
    except CloseloopError:
        return None


def _company(settings: Settings, _health: object) -> Found:
    company = company_of(settings)
    read = read_sources(company.sources)
    counted = f"{len(company.playbooks)} playbooks, {len(read.articles)} articles"
    said = f"{company.name}: {counted}, version {company.version[:12]}"
    if read.unreadable:
        file, reason = next(iter(read.unreadable.items()))
        left = f"{len(read.unreadable)} files are left out, such as {file}: {reason}"
        return Found(level="warn", said=f"{said}; {left} See closeloop company check.")
    return Found(level="ok", said=said)


def _var(settings: Settings, _health: object) -> Found:
    check_var(settings)
    return Found(level="ok", said=f"{settings.var.absolute()} can be written")


def _keys(settings: Settings, _health: object) -> Found:
    tokens_of(settings, SystemClock())
    given = [name for name in ("customer_token_key", "conversation_token_key") if getattr(settings, name)]
    return Found(level="ok", said="as set" if len(given) == 2 else f"kept in {settings.var}")


def _model(settings: Settings, _health: object) -> Found:
    check_model(settings)
    model = settings.var / "models" / MODEL_FILE
    if not model.exists():
        return Found(level="warn", said="not built yet; the first start builds it in a few seconds")
    return Found(level="ok", said=f"{model}, {model.stat().st_size / 1e6:.0f} MB")


def _database(settings: Settings, _health: object) -> Found:
    if not settings.database_url and not (settings.var / "postgres").exists():
        return Found(level="warn", said="the embedded PostgreSQL is not made yet; the first start makes it")
    url = asyncio.run(database_url(settings))
    version, applied = asyncio.run(_asked(url))
    newest = max(path.name.split("_")[0] for path in _migrations().iterdir() if path.name.endswith(".py"))
    where = "DATABASE_URL" if settings.database_url else "embedded"
    if applied != newest:
        state = f"at {applied}, the newest is {newest}" if applied else "empty"
        return Found(level="warn", said=f"PostgreSQL {version}, {where}, {state}; the next start brings it there")
    return Found(level="ok", said=f"PostgreSQL {version}, {where}, schema {applied}")


def _migrations() -> Path:
    return Path(str(resources.files("records").joinpath("migrations/versions")))


async def _asked(url: str) -> tuple[str, str]:
    """The server's version, and the newest migration that was applied."""
    async with await psycopg.AsyncConnection.connect(url) as conn:
        there = await (await conn.execute("SELECT to_regclass('alembic_version')")).fetchone()
        applied = ""
        if there and there[0]:
            row = await (await conn.execute("SELECT max(version_num) FROM alembic_version")).fetchone()
            applied = str(row[0] or "") if row else ""
        number = conn.info.server_version
    return f"{number // 10_000}.{number % 10_000}", applied


def _chroma(settings: Settings, health: dict[str, Any] | None) -> Found:
    if settings.chroma_url:
        return _answers(f"{settings.chroma_url.rstrip('/')}/api/v2/heartbeat", "CHROMA_URL")
    folder = settings.var / "chroma"
    if _owned(folder / OWNER_LOCK):
        if health is None:
            return Found(level="warn", said=f"{folder} is owned by a process that does not answer at our address")
        return Found(level="ok", said=f"{folder}, owned by the running service")
    return Found(level="ok", said=f"{folder}, free" if folder.exists() else f"{folder} is made by the first start")


def _owned(lock: Path) -> bool:
    try:
        with lock.open("r") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _port(settings: Settings, health: dict[str, Any] | None) -> Found:
    where = f"{settings.host}:{settings.port}"
    if health is not None:
        return Found(level="ok", said=f"{where}, taken by the running service")
    bind(settings).close()
    return Found(level="ok", said=f"{where} is free")


def _service(settings: Settings, health: dict[str, Any] | None) -> Found:
    if health is None:
        return Found(level="warn", said=f"not running; start it with {command_line(settings)} serve --demo")
    if health.get("problem"):
        return Found(
            level="warn", said=f"serves its last whole company; an edit of the folder is broken: {health['problem']}"
        )
    if health.get("restart"):
        return Found(level="warn", said=str(health["restart"]))
    if health.get("systems") or health.get("models"):
        states = {**dict(health.get("systems") or {}), **dict(health.get("models") or {})}
        broken = ", ".join(f"{name} ({state.replace('_', ' ')})" for name, state in states.items())
        return Found(level="warn", said=f"leaves alone what fails too often: {broken}; look at their logs")
    if health.get("degraded"):
        said = "the day's tokens are spent: answers are drafts for a person until tomorrow (closeloop usage)"
        return Found(level="warn", said=said)
    return Found(level="ok", said=f"answers at {url_of(settings)}, company version {str(health.get('company'))[:12]}")


def _language_model(settings: Settings, _health: object) -> Found:
    fine, said = endpoint.look(settings)
    return Found(level="ok" if fine else "warn", said=said)


def _systems(settings: Settings, health: dict[str, Any] | None) -> Found:
    """Which adapter serves which port; one of a company's own is opened by the service alone."""
    wiring = company_of(settings).wiring
    options_of(wiring)
    own = [f"{port} by {each.path}" for port, each in wiring.connections.items() if each.path != DEMO]
    if not needs_demo(wiring):
        return Found(level="ok", said=", ".join(own) or "none is connected")
    if settings.demo_url:
        return _answers(f"{settings.demo_url.rstrip('/')}/health", "DEMO_URL")
    running = "run with the service" if health else "start with the service"
    return Found(level="ok", said="; ".join([f"the demo company's systems {running}", *own]))


def _answers(url: str, setting: str) -> Found:
    try:
        httpx.get(url, timeout=PATIENCE).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Sorry(f"Nothing answers at {url}, which {setting} names ({type(error).__name__}).") from error
    return Found(level="ok", said=f"{url} answers")


Look = Callable[[Settings, dict[str, Any] | None], Found]
LOOKS: dict[str, Look] = {
    "Company folder": _company,
    "Data folder": _var,
    "Keys": _keys,
    "Sentence model": _model,
    "Database": _database,
    "Search index": _chroma,
    "Address": _port,
    "Service": _service,
    "Language model": _language_model,
    "Business systems": _systems,
}
