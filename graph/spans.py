"""Spans of a run, of its tool calls and of its calls of language models, under OpenTelemetry's names for generative AI.

Ids of ours, names of the code, counts and times go in, and nothing else: no words, no arguments, no results, no message of
an exception. What is not exported costs nothing: without an exporter the tracer does nothing (runs/tracing.py).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from opentelemetry.semconv._incubating.attributes import gen_ai_attributes as gen_ai
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer

from graph.reasoners.protocol import ModelCall
from records.runs import Run

AGENT = "closeloop"
NANO = 1_000_000_000


@contextmanager
def of_run(tracer: Tracer, run: Run) -> Iterator[Span]:
    """What happens inside is a part of it, in tasks that are started there as well."""
    attributes = {
        gen_ai.GEN_AI_OPERATION_NAME: "invoke_agent",
        gen_ai.GEN_AI_AGENT_NAME: AGENT,
        gen_ai.GEN_AI_CONVERSATION_ID: run.conversation_id,
        "closeloop.run.id": run.id,
        "closeloop.run.kind": run.kind,
    }
    with _span(tracer, f"invoke_agent {AGENT}", attributes) as span:
        yield span


@contextmanager
def of_tool(tracer: Tracer, name: str, kind: str = "function") -> Iterator[Span]:
    """`kind`: `function` for an action, `datastore` for what only reads."""
    attributes = {
        gen_ai.GEN_AI_OPERATION_NAME: "execute_tool",
        gen_ai.GEN_AI_TOOL_NAME: name,
        gen_ai.GEN_AI_TOOL_TYPE: kind,
    }
    with _span(tracer, f"execute_tool {name}", attributes) as span:
        yield span


def tell_failure(span: Span, kind: str) -> None:
    span.set_attribute(ERROR_TYPE, kind)
    span.set_status(Status(StatusCode.ERROR))


def of_models(tracer: Tracer, asked: Sequence[ModelCall]) -> None:
    """One span for each attempt, with the times it had. An endpoint that was left alone was not called."""
    for call in asked:
        if call.failure == "left_alone":
            continue
        span = tracer.start_span(f"chat {call.model}", kind=SpanKind.CLIENT, start_time=call.began)
        span.set_attributes(
            {
                gen_ai.GEN_AI_OPERATION_NAME: "chat",
                gen_ai.GEN_AI_PROVIDER_NAME: "openai",
                gen_ai.GEN_AI_REQUEST_MODEL: call.model,
                gen_ai.GEN_AI_REQUEST_STREAM: True,
                gen_ai.GEN_AI_USAGE_INPUT_TOKENS: call.prompt,
                gen_ai.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS: call.cached,
                gen_ai.GEN_AI_USAGE_OUTPUT_TOKENS: call.answer,
            }
        )
        if call.first:
            span.set_attribute(gen_ai.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK, call.first)
        if call.finish:
            span.set_attribute(gen_ai.GEN_AI_RESPONSE_FINISH_REASONS, [call.finish])
        if call.failure:
            tell_failure(span, call.failure.partition(":")[0])
        span.end(call.began + int(call.whole * NANO))


@contextmanager
def _span(tracer: Tracer, name: str, attributes: dict[str, str]) -> Iterator[Span]:
    """An exception is named by its type alone: its message may hold a customer's words."""
    with tracer.start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield span
        except BaseException as error:
            tell_failure(span, type(error).__name__)
            raise
