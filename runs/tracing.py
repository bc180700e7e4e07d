"""Traces leave this process only where a setting says so, and never with personal data: to LangSmith by its usual
variables, or as OpenTelemetry spans to a collector."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from langsmith import Client, configure
from langsmith.utils import tracing_is_enabled
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import NoOpTracer, Tracer

from graph.spans import AGENT
from records.redaction import Known, known_in, known_of, redacted_value

REMEMBERED = 500
"""People whose names are taken out of every trace: those whose records were traced last."""


def redact_traces() -> bool:
    """Before the first run. Whatever LangGraph and LangChain trace from now on goes through `anonymous`: inputs, outputs,
    metadata, errors; also what is exported as OpenTelemetry by LANGSMITH_OTEL_ENABLED. False: nothing is traced."""
    if not tracing_is_enabled():
        return False
    configure(client=Client(anonymizer=Anonymous()))
    return True


class Anonymous:
    """Redacts what is traced: by pattern, and by the records of people that lie in it, or lay in what was traced before.
    A call of a language model is traced with its words alone, after the state that they were written from."""

    def __init__(self) -> None:
        self._people: OrderedDict[tuple[str, str], Mapping[str, Any]] = OrderedDict()
        self._known = Known({})

    def __call__(self, told: dict[str, Any]) -> dict[str, Any]:
        self._remember(known_in(told))
        clean: dict[str, Any] = redacted_value(told, self._known)
        return clean

    def _remember(self, people: list[Mapping[str, Any]]) -> None:
        fresh = {
            (str(each.get("id", "")), str(sorted((name, str(value)) for name, value in each.items()))): each
            for each in people
        }
        new = [key for key in fresh if key not in self._people]
        for key, each in fresh.items():
            self._people[key] = each
            self._people.move_to_end(key)
        while len(self._people) > REMEMBERED:
            self._people.popitem(last=False)
        if new:
            self._known = known_of(*self._people.values())


@contextmanager
def open_tracer(endpoint: str) -> Iterator[Tracer]:
    """The tracer of spans. `endpoint`: a collector's address for OTLP over gRPC, such as http://127.0.0.1:4317; "": nothing
    is recorded. Closing sends what is left, and gives up after some seconds. What LangSmith's own variables switch on is
    redacted from now on."""
    redact_traces()
    if not endpoint:
        yield NoOpTracer()
        return
    resource = Resource({"service.name": AGENT}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    try:
        yield provider.get_tracer(AGENT)
    finally:
        provider.shutdown()
