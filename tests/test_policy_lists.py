"""Lists of texts among a tool's arguments: items to exchange, say."""

import pytest

from policy.structs import Messages, struct_of_schema


def test_a_list_of_texts_among_the_arguments_can_be_compared_and_one_that_may_be_left_out_is_empty() -> None:
    texts = {"type": "array", "items": {"type": "string"}}
    arguments = struct_of_schema({"properties": {"items": texts, "notes": texts}, "required": ["items"]})
    message = Messages({"arguments": arguments}).make("arguments", {"items": ["a", "b"]})

    assert message is not None
    assert (list(message.items), list(message.notes)) == (["a", "b"], [])
    assert Messages({"arguments": arguments}).make("arguments", {"items": [1]}) is None


def test_a_list_of_anything_but_texts_is_no_argument() -> None:
    with pytest.raises(TypeError, match="list of anything but texts"):
        struct_of_schema({"properties": {"counts": {"type": "array", "items": {"type": "integer"}}}})
