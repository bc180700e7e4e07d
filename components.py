"""What the settings ask for, part by part: each can be made by itself, with nothing else open."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path

from graph.reasoners.model.client import Endpoint
from graph.reasoners.model.opening import open_reasoner
from graph.reasoners.protocol import Reasoner
from knowledge.embedder import Embedder
from knowledge.index import Index
from knowledge.library import Library
from knowledge.search import Search
from policy.live import LiveCompany
from policy.wiring import Wiring
from records.cipher import Cipher
from records.clock import Clock
from records.database import Database
from records.keys import kept_key
from runs.crash import crash_at
from runs.saver import open_cipher
from runs.sealing import FILE, Sealer
from settings import Settings
from tools.breaker import Breaker, Endurance
from web.tokens import Tokens, open_tokens


def endpoints_of(settings: Settings) -> list[Endpoint]:
    """The language models to ask, the first first; none without MODEL."""
    return [
        Endpoint(
            model=model,
            base_url=settings.openai_base_url,
            key=settings.openai_api_key,
            seconds=settings.model_seconds,
            first_seconds=settings.model_first_seconds,
        )
        for model in (settings.model, settings.model_fallback if settings.model else "")
        if model
    ]


def open_model(settings: Settings, clock: Clock) -> AbstractAsyncContextManager[Reasoner]:
    return open_reasoner(
        endpoints_of(settings),
        clock=clock,
        endurance=endurance_of(settings),
        turn_seconds=settings.model_turn_seconds,
    )


def make_tokens(settings: Settings, clock: Clock) -> Tokens:
    """Keys from the settings; else keys of this installation, made once and kept under VAR."""
    jwks = settings.customer_token_jwks
    return open_tokens(
        customers=(settings.customer_token_key, settings.customer_token_keys_old),
        public=Path(jwks).expanduser() if jwks else None,
        conversations=(settings.conversation_token_key, settings.conversation_token_keys_old),
        longest=timedelta(hours=settings.customer_token_hours),
        kept=settings.var,
        clock=clock,
    )


def make_cipher(settings: Settings) -> Cipher:
    """Of the checkpoints. Raises KeysInvalid."""
    return open_cipher(settings.checkpoint_keys, settings.var)


def make_breakers(settings: Settings, wiring: Wiring, clock: Clock) -> dict[str, Breaker]:
    """One for each connected system; none when BREAKER_FAILURES is 0."""
    ports = wiring.connections if settings.breaker_failures else ()
    return {port: Breaker(port, clock, endurance_of(settings)) for port in ports}


def endurance_of(settings: Settings) -> Endurance:
    return Endurance(
        failures=settings.breaker_failures,
        window=timedelta(seconds=settings.breaker_window),
        pause=timedelta(seconds=settings.breaker_pause),
    )


def make_sealer(settings: Settings, database: Database, clock: Clock) -> Sealer:
    key = settings.audit_seal_key or kept_key(settings.var / "audit-seal.key")
    return Sealer(database=database, clock=clock, key=key, file=settings.var / FILE)


@asynccontextmanager
async def open_library(
    settings: Settings, database: Database, company: LiveCompany, embedder: Embedder, clock: Clock
) -> AsyncIterator[Library]:
    """The index, embedded or on its server, and what is fed to it; nothing is read yet. Raises FolderInUse and
    IndexUnavailable."""
    if settings.chroma_url:
        index = await asyncio.to_thread(Index.open_server, settings.chroma_url)
    else:
        index = await asyncio.to_thread(Index.open_embedded, settings.var / "chroma")
    try:
        search = Search(embedder, index, fallback=company.current().language)
        library = Library(
            database=database,
            search=search,
            sources=lambda: company.current().sources,
            clock=clock,
            base=settings.public_url,
            fault=crash_at(settings.crash_at),
        )
        search.fresh = library.keep_up if settings.chroma_url else None
        yield library
    finally:
        index.close()
