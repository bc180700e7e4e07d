"""Traces, which LangSmith's usual variables switch on, leave this process without personal data."""

from typing import Any

from langsmith import Client, configure
from langsmith.utils import tracing_is_enabled

from records.redaction import known_in, known_of, redacted_value


def redact_traces() -> bool:
    """Before the first run. Whatever LangGraph and LangChain trace from now on goes through `anonymous`: inputs, outputs,
    metadata, errors; also what is exported as OpenTelemetry by LANGSMITH_OTEL_ENABLED. False: nothing is traced."""
    if not tracing_is_enabled():
        return False
    configure(client=Client(anonymizer=anonymous))
    return True


def anonymous(told: dict[str, Any]) -> dict[str, Any]:
    """By pattern, and by the customers' records that lie in the traced state itself."""
    clean: dict[str, Any] = redacted_value(told, known_of(*known_in(told)))
    return clean
