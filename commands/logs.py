"""How logs are written: a line of JSON each, or in colour for a person who looks; never with the values of variables,
which are people's words and keys."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.tracebacks import ExceptionDictTransformer

from commands.screen import Sorry
from records.redaction import redacted_value

LEVELS = ("debug", "info", "warning", "error", "critical")
OURS = ("timestamp", "level", "logger")
CHATTY = ("alembic", "asyncio", "bm25s", "chromadb", "httpcore", "httpx", "procrastinate", "uvicorn")


def configure_logs(level: str) -> None:
    """To standard error, ours at `level`, those of libraries at warning or above; psycopg warns of every stream that a
    client closes, so there only errors count. Raises Sorry for an unknown level."""
    if level.lower() not in LEVELS:
        raise Sorry(f"LOG_LEVEL must be one of {', '.join(LEVELS)}, but is {level!r}.")
    number = logging.getLevelNamesMapping()[level.upper()]
    first: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*first, *_last()],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    named = structlog.stdlib.add_logger_name
    handler.addFilter(_is_news)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=[*first, named], processors=_foreign()))
    logging.basicConfig(handlers=[handler], level=max(number, logging.WARNING), force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
    logging.getLogger("psycopg").setLevel(logging.ERROR)


def _is_news(record: logging.LogRecord) -> bool:
    """uvicorn calls it an error that a stream is closed while the service is being stopped."""
    return record.getMessage() != "ASGI callable returned without completing response."


def _last() -> list[Any]:
    if sys.stderr.isatty():
        plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        return [structlog.processors.format_exc_info, redact_line, plain]
    transformer = ExceptionDictTransformer(show_locals=False)
    return [structlog.processors.ExceptionRenderer(transformer), redact_line, structlog.processors.JSONRenderer()]


def redact_line(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last thing before a line is written, so that nothing comes past it: not even an exception's own words."""
    return {name: value if name in OURS else redacted_value(value) for name, value in line.items()}


def _foreign() -> list[Any]:
    return [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_last()]
