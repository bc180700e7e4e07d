"""Calls made up from the description of the doors, by everybody: none breaks the service, none gets an answer that is not
described, and no outsider hears of another customer. `OPENAPI_EXAMPLES`: how many calls of each kind.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.openapi_world import OUTSIDERS, ROLES, THEIRS, Outside, bearer, outside

EXAMPLES = int(os.environ.get("OPENAPI_EXAMPLES", "2"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    allow_header_conformance,
]
REFUSED = (401, 403, 404, 422)
CALLS = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def service(
    database_url: Callable[[], str], demo_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Outside]:
    with outside(database_url(), demo_url, tmp_path_factory.mktemp("var")) as found:
        yield found


def operations(service: Outside, mode: GenerationMode) -> Iterator[Any]:
    """All that are described; where calls are to be wrong, those that take anything."""
    schema: Any = schemathesis.openapi.from_dict(service.description)
    for result in schema.get_all_operations():
        operation = result.ok()
        takes = operation.definition.raw.get("parameters") or operation.definition.raw.get("requestBody")
        if takes or mode is GenerationMode.POSITIVE:
            yield operation


def answered(service: Outside, caller: str, case: Any, ids: Mapping[str, str]) -> Any:
    """Makes the call, with ids that there are in the place of those that were made up. A stream is asked to end."""
    parts = case.path_parameters or {}
    case.path_parameters = {name: ids.get(name, value) for name, value in parts.items()}
    if case.path.endswith("/events"):
        case.query = {**(case.query or {}), "follow": "false"}
    case.headers = {**(case.headers or {}), **service.headers(caller)}
    response = case.call(base_url=service.url, timeout=20)
    case.validate_response(response, checks=CHECKS)
    return response


@pytest.mark.parametrize("mode", GenerationMode, ids=str)
@pytest.mark.parametrize("caller", [*ROLES, *OUTSIDERS])
def test_whatever_is_called_the_answer_is_one_that_is_described(
    service: Outside, caller: str, mode: GenerationMode
) -> None:
    for operation in operations(service, mode):
        erases = operation.method == "delete" and not operation.path.endswith("/token")
        known = st.just({}) if erases else st.sampled_from([service.mine.ids, {}])

        @CALLS
        @given(operation.as_strategy(generation_mode=mode), known)
        def called(case: Any, ids: Mapping[str, str]) -> None:
            answered(service, caller, case, ids)

        called()


@pytest.mark.parametrize("caller", OUTSIDERS)
def test_no_outsider_reaches_what_is_another_customers(service: Outside, caller: str) -> None:
    for operation in operations(service, GenerationMode.POSITIVE):
        named = set(re.findall(r"{(\w+)}", operation.path)) & set(service.theirs.ids)

        @CALLS
        @given(operation.as_strategy(generation_mode=GenerationMode.POSITIVE), st.just(named))
        def called(case: Any, named: set[str]) -> None:
            response = answered(service, caller, case, service.theirs.ids)

            assert not named or response.status_code in REFUSED
            assert not any(words in response.text for words in service.theirs.words)

        called()


def test_the_other_customer_can_reach_all_of_it(service: Outside) -> None:
    """So that the refusals above are for who asks, and not for what is asked."""
    ids, headers = service.theirs.ids, bearer(service.tokens.for_customer(THEIRS))

    said = httpx.get(f"{service.url}/conversations/{ids['conversation_id']}", headers=headers, trust_env=False)
    card = httpx.get(f"{service.url}/approvals/{ids['approval_id']}", headers=service.headers("lead"), trust_env=False)
    done = httpx.get(f"{service.url}/actions/{ids['action_id']}", headers=service.headers("lead"), trust_env=False)

    assert all(words in said.text for words in service.theirs.words)
    assert (said.status_code, card.status_code, done.status_code) == (200, 200, 200)
