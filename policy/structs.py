"""Records as protobuf messages: what lets CEL check the fields of a condition when the company folder is loaded.

An optional time is checked as a timestamp but carried as an `Any`: an unset Timestamp message would be read as the year
1970, and a clause such as "delivered more than two weeks ago" would then hold for a parcel that never arrived.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from google.protobuf import (
    any_pb2,
    descriptor_pool,
    duration_pb2,
    message_factory,
    struct_pb2,
    timestamp_pb2,
    wrappers_pb2,
)
from google.protobuf import descriptor_pb2 as schema_pb2

Kind = Literal["string", "int", "bool", "double", "timestamp", "strings"]

PACKAGE = "closeloop"
_WELL_KNOWN = (timestamp_pb2, wrappers_pb2, struct_pb2, duration_pb2, any_pb2)
_PYTHON: dict[Any, Kind] = {str: "string", int: "int", bool: "bool", float: "double", datetime: "timestamp"}
_JSON: dict[str, Kind] = {"string": "string", "integer": "int", "boolean": "bool", "number": "double"}
_PLAIN: dict[str, int] = {"string": 9, "int": 3, "bool": 8, "double": 1, "strings": 9}
_WRAPPED = {"string": "StringValue", "int": "Int64Value", "bool": "BoolValue", "double": "DoubleValue"}
_INT64 = 2**63


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field's kind, whether it may be null, and whether it changes with the clock alone, such as a number of days."""

    kind: Kind
    optional: bool = False
    ages: bool = False


Struct = Mapping[str, Field]


@cache
def struct_of(fact: type) -> Struct:
    """The fields of a fact's dataclass; one that `ages` says so in its metadata. Raises TypeError for a type the policy
    language cannot carry."""
    hints = get_type_hints(fact)
    return {
        each.name: replace(_field_of(hints[each.name]), ages=bool(each.metadata.get("ages"))) for each in fields(fact)
    }


def struct_of_schema(schema: Mapping[str, Any]) -> Struct:
    """The fields of a tool's arguments, from their JSON schema. What is not required may be null."""
    required = schema.get("required", ())
    return {
        name: _field_of_schema(each, name not in required) for name, each in dict(schema.get("properties", {})).items()
    }


def _field_of(hint: Any) -> Field:
    if get_origin(hint) in (Union, UnionType):
        inner = [each for each in get_args(hint) if each is not type(None)]
        return Field(kind=_field_of(inner[0]).kind, optional=True)
    if get_origin(hint) is list and get_args(hint) == (str,):
        return Field(kind="strings")
    if hint not in _PYTHON:
        raise TypeError(f"The policy language has no type for {hint}.")
    return Field(kind=_PYTHON[hint])


def _field_of_schema(schema: Mapping[str, Any], optional: bool) -> Field:
    options = [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]
    return Field(kind=_kind_of_schema(options[0]), optional=optional or "anyOf" in schema)


def _kind_of_schema(schema: Mapping[str, Any]) -> Kind:
    """Raises TypeError for a list of anything but texts, which the policy language cannot carry."""
    if schema.get("type") != "array":
        return _JSON.get(schema.get("type", "string"), "string")
    if schema.get("items", {}).get("type") != "string":
        raise TypeError("The policy language has no type for a list of anything but texts.")
    return "strings"


def moment(value: Any) -> datetime | None:
    """An aware time from a datetime or ISO 8601 text; None for anything else."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, datetime) and value.tzinfo is not None else None


def fits(value: Any, kind: Kind) -> bool:
    """Whether a plain value is of a kind, strictly: a bool is no int, a text no number."""
    match kind:
        case "bool":
            return isinstance(value, bool)
        case "int":
            return isinstance(value, int) and not isinstance(value, bool) and -_INT64 <= value < _INT64
        case "double":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "timestamp":
            return moment(value) is not None
        case "strings":
            return isinstance(value, list | tuple) and all(_is_text(each) for each in value)
        case "string":
            return _is_text(value)


def _is_text(value: Any) -> bool:
    """Half of a surrogate pair, which JSON can smuggle in, is no text: a message could not carry it."""
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def record_fits(record: Mapping[str, Any], struct: Struct) -> bool:
    """Whether a record has every field of the struct, each of its kind; what else it has does not matter."""
    return all(_fits_field(record.get(key), each) for key, each in struct.items())


class Messages:
    """Message classes for structs, in a descriptor pool of their own.

    `checked`: optional times are Timestamp fields, for type checks only; such messages are never made.
    """

    def __init__(self, structs: Mapping[str, Struct], *, checked: bool = False) -> None:
        self.structs = structs
        self.pool = _well_known_pool()
        self.pool.AddSerializedFile(_file_of(structs, checked=checked))

    def make(self, name: str, record: Mapping[str, Any]) -> Any | None:
        """The record as a message; None when it does not fit: a record with a hole must not be read as zeros."""
        struct = self.structs[name]
        if not record_fits(record, struct):
            return None
        message = self._class(f"{PACKAGE}.{name}")()
        for key, each in struct.items():
            self._set(message, key, each, record.get(key))
        return message

    def _set(self, message: Any, key: str, each: Field, value: Any) -> None:
        if each.kind == "timestamp":
            self._set_time(getattr(message, key), each, moment(value))
        elif each.kind == "strings":
            getattr(message, key).extend(value or ())
        elif not each.optional:
            setattr(message, key, value)
        elif value is not None:
            getattr(message, key).value = value

    def _set_time(self, target: Any, each: Field, value: datetime | None) -> None:
        if not each.optional:
            target.FromDatetime(value)
            return
        packed = self._class("google.protobuf.Value" if value is None else "google.protobuf.Timestamp")()
        if value is None:
            packed.null_value = 0
        else:
            packed.FromDatetime(value)
        target.Pack(packed)

    def _class(self, name: str) -> Any:
        return message_factory.GetMessageClass(self.pool.FindMessageTypeByName(name))


def _fits_field(value: Any, each: Field) -> bool:
    return each.optional if value is None else fits(value, each.kind)


def _well_known_pool() -> Any:
    pool = descriptor_pool.DescriptorPool()
    for module in _WELL_KNOWN:
        pool.AddSerializedFile(module.DESCRIPTOR.serialized_pb)
    return pool


def _file_of(structs: Mapping[str, Struct], *, checked: bool) -> bytes:
    file = schema_pb2.FileDescriptorProto(name="closeloop.proto", package=PACKAGE, syntax="proto3")
    file.dependency.extend(module.DESCRIPTOR.name for module in _WELL_KNOWN)
    for name, struct in structs.items():
        message = file.message_type.add(name=name)
        for number, (key, each) in enumerate(struct.items(), start=1):
            field = message.field.add(name=key, number=number, label=3 if each.kind == "strings" else 1)
            well_known = _well_known_type(each, checked=checked)
            if well_known:
                field.type_name = f".google.protobuf.{well_known}"
            else:
                field.type = _PLAIN[each.kind]
    return bytes(file.SerializeToString())


@cache
def _well_known_type(each: Field, *, checked: bool) -> str:
    if each.kind == "strings":  # a list that is not there has nothing in it
        return ""
    if each.kind == "timestamp":
        return "Any" if each.optional and not checked else "Timestamp"
    return _WRAPPED[each.kind] if each.optional else ""
