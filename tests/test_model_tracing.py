"""Spans: what a collector gets of a run, its tools and its model calls, and that no word of anybody's is among it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as wire
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as service_of
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Sent

from graph import spans
from runs.tracing import Anonymous, open_tracer
from tests.model_world import modelled
from tests.service_world import LATE, World, service, world

__all__ = ["service", "world"]

Json = dict[str, Any]
REFUND: Json = {"name": "issue_refund", "arguments": {"charge": "ch_1001", "amount": 4800, "cause": "late"}}
DONE: Json = {"when": {"system": "was done"}, "text": "I am sorry about the wait, Ada Bell. {{playbook}}"}
PROPOSE: Json = {"calls": [REFUND]}
OWN = ("Ada", "ada@", "cus_ada", "parcel", "money back", "ord_1001", "ch_1001", "48.00", "sorry")


@dataclass
class Collector(service_of.TraceServiceServicer):
    """An OpenTelemetry collector that keeps what it gets."""

    bodies: list[wire.ExportTraceServiceRequest] = field(default_factory=list)

    def Export(self, request: wire.ExportTraceServiceRequest, context: Any) -> wire.ExportTraceServiceResponse:  # noqa: N802 - named by OTLP
        self.bodies.append(request)
        return wire.ExportTraceServiceResponse()

    @property
    def spans(self) -> list[Sent]:
        """In the order in which they began."""
        found = [
            span
            for body in self.bodies
            for resource in body.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]
        return sorted(found, key=lambda span: span.start_time_unix_nano)

    def named(self, start: str) -> list[Sent]:
        return [span for span in self.spans if span.name.startswith(start)]


@contextmanager
def collecting() -> Iterator[tuple[str, Collector]]:
    """A collector on loopback, over gRPC."""
    collector, server = Collector(), grpc.server(ThreadPoolExecutor(2))
    service_of.add_TraceServiceServicer_to_server(collector, server)  # type: ignore[no-untyped-call]
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"http://127.0.0.1:{port}", collector
    server.stop(grace=None)


def told(span: Sent) -> Json:
    """Its attributes as plain values."""
    return {each.key: value_of(each.value) for each in span.attributes}


def value_of(value: Any) -> Any:
    kind = value.WhichOneof("value")
    return [value_of(each) for each in value.array_value.values] if kind == "array_value" else getattr(value, kind)


async def test_a_run_its_tools_and_its_model_calls_are_spans_of_one_trace(world: World) -> None:
    with collecting() as (url, collector), open_tracer(url) as tracer:
        async with modelled(await world.changed(tracer=tracer), DONE, PROPOSE) as scripted:
            conversation = await scripted.world.said("cus_ada", LATE)

    (run,) = collector.named("invoke_agent closeloop")
    assert {span.trace_id for span in collector.spans} == {run.trace_id}
    assert {span.parent_span_id for span in collector.spans if span is not run} == {run.span_id}
    assert told(run)["gen_ai.conversation.id"] == conversation["id"]
    assert told(run)["closeloop.run.id"] == (await world.runs(conversation))[0]["id"]
    tools = {told(span)["gen_ai.tool.name"]: told(span)["gen_ai.tool.type"] for span in collector.named("execute_tool")}
    assert {"issue_refund": "function", "order": "datastore", "search_articles": "datastore"}.items() <= tools.items()


async def test_a_call_of_a_model_tells_tokens_times_and_why_it_ended(world: World) -> None:
    with collecting() as (url, collector), open_tracer(url) as tracer:
        async with modelled(await world.changed(tracer=tracer), DONE, PROPOSE) as scripted:
            await scripted.world.said("cus_ada", LATE)

    rows = await world.rows("SELECT prompt, answer, whole_seconds FROM model_calls ORDER BY id")
    calls = collector.named("chat scripted")
    assert [told(span)["gen_ai.usage.input_tokens"] for span in calls] == [row["prompt"] for row in rows]
    assert [told(span)["gen_ai.usage.output_tokens"] for span in calls] == [row["answer"] for row in rows]
    assert [told(span)["gen_ai.response.finish_reasons"] for span in calls] == [["tool_calls"], ["stop"]]
    assert all(told(span)["gen_ai.response.time_to_first_chunk"] > 0 for span in calls)
    for span, row in zip(calls, rows, strict=True):
        assert (span.end_time_unix_nano - span.start_time_unix_nano) / 1e9 == pytest.approx(
            row["whole_seconds"], abs=1e-3
        )
        assert told(span)["gen_ai.operation.name"] == "chat"


async def test_a_call_that_failed_is_an_error_named_by_its_kind(world: World) -> None:
    down = {"fault": {"status": 503, "message": "Ada Bell is not served."}, "times": 1}
    with collecting() as (url, collector), open_tracer(url) as tracer:
        async with modelled(await world.changed(tracer=tracer), down, DONE, PROPOSE) as scripted:
            await scripted.world.said("cus_ada", LATE)

    failed, *others = collector.named("chat scripted")
    assert told(failed)["error.type"] == "unavailable"
    assert all("error.type" not in told(span) for span in others)


async def test_no_word_of_the_customer_the_model_or_a_record_leaves(world: World) -> None:
    bad = {"calls": [{"name": "mail_ada@example.com"}], "times": 1}
    with collecting() as (url, collector), open_tracer(url) as tracer:
        async with modelled(await world.changed(tracer=tracer), bad, DONE, PROPOSE) as scripted:
            await scripted.world.said("cus_ada", f"{LATE}. I am Ada Bell, ada@example.com, order ord_1001.")

    sent = "\n".join(str(body) for body in collector.bodies)
    assert "issue_refund" in sent
    assert [word for word in OWN if word in sent] == []


def test_an_exception_is_named_by_its_type_and_its_message_stays_here() -> None:
    with (
        collecting() as (url, collector),
        open_tracer(url) as tracer,
        pytest.raises(ValueError, match="ada@"),
        spans.of_tool(tracer, "find_order"),
    ):
        raise ValueError("ada@example.com is unknown")

    (span,) = collector.spans
    assert told(span)["error.type"] == "ValueError"
    assert "ada@" not in str(collector.bodies)


def test_without_an_address_nothing_is_recorded() -> None:
    with open_tracer("") as tracer, spans.of_tool(tracer, "find_order") as span:
        assert not span.is_recording()


def test_a_prompt_that_is_words_alone_loses_the_names_of_those_whose_records_were_traced_before() -> None:
    ada = {"id": "cus_ada", "name": "Ada Bell", "email": "ada@example.com"}
    anonymous = Anonymous()

    anonymous({"facts": {"customer": {"value": ada}}})

    assert anonymous({"messages": ["customer.name: Ada Bell"]}) == {"messages": ["customer.name: [name]"]}
