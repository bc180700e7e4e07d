"""The arguments of an action as fields of a form: amounts as people write them, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, Self

from policy.words import digits
from records.errors import Unprocessable

Json = dict[str, Any]
Kind = Literal["money", "number", "choice", "yes_no", "words", "fixed"]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One argument. `value` as the form shows it; `fixed` ones are sent back as they are (lists, objects)."""

    name: str
    kind: Kind
    value: str
    given: Any
    currency: str
    choices: tuple[str, ...] = ()

    def filled(self, form: Mapping[str, str]) -> Self:
        """With what somebody has typed."""
        return replace(self, value=form.get(f"arg.{self.name}", self.value))


def fields_of(schema: Json, arguments: Json, currency: str) -> list[Field]:
    """In the order of the tool's signature. An integer called amount is money in minor units, as everywhere here."""
    return [_field(name, each, arguments.get(name), currency) for name, each in schema.get("properties", {}).items()]


def sent(fields: Sequence[Field], form: Mapping[str, str]) -> Json:
    """The arguments that a form says. Raises Unprocessable, naming the field."""
    return {each.name: _read(each, form[f"arg.{each.name}"]) for each in fields if f"arg.{each.name}" in form} | {
        each.name: each.given for each in fields if each.kind == "fixed" and each.given is not None
    }


def _field(name: str, schema: Json, given: Any, currency: str) -> Field:
    kind, choices = _kind(name, schema)
    shown = _major(given, currency) if kind == "money" and given is not None else "" if given is None else str(given)
    return Field(name=name, kind=kind, value=shown, given=given, currency=currency, choices=choices)


def _kind(name: str, schema: Json) -> tuple[Kind, tuple[str, ...]]:
    if "enum" in schema:
        return "choice", tuple(map(str, schema["enum"]))
    match schema.get("type"):
        case "integer":
            return ("money" if name.endswith("amount") else "number"), ()
        case "boolean":
            return "yes_no", ()
        case "string":
            return "words", ()
        case _:
            return "fixed", ()


def _major(amount: int, currency: str) -> str:
    places = digits(currency)
    return f"{Decimal(amount).scaleb(-places):.{places}f}"


def _read(field: Field, typed: str) -> Any:
    match field.kind:
        case "money":
            return _minor(field, typed)
        case "number":
            return _whole(field, typed)
        case "yes_no":
            return typed == "yes"
        case "fixed":
            return field.given
        case _:
            return typed


def _minor(field: Field, typed: str) -> int:
    places = digits(field.currency)
    try:
        amount = Decimal(typed.strip()).scaleb(places)
        if amount != amount.to_integral_value():
            raise InvalidOperation
        return int(amount)
    except (InvalidOperation, ValueError, OverflowError) as error:
        example = f"{Decimal(1):.{places}f}"
        raise Unprocessable(f"{field.name}: write an amount like {example}.") from error


def _whole(field: Field, typed: str) -> int:
    try:
        return int(typed.strip())
    except ValueError as error:
        raise Unprocessable(f"{field.name}: write a whole number.") from error
