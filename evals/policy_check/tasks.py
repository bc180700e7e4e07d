"""Reads task files: the customer, and the actions that are right, in their order.

Two formats are known. One has `user_id` and `actions` of `name` and `kwargs`; the other keeps its actions, of `name` and
`arguments`, in `evaluation_criteria` and leaves the customer to be found out.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from records.errors import CloseloopError


class TasksInvalid(CloseloopError):
    """The tasks cannot be read."""


@dataclass(frozen=True, kw_only=True)
class Action:
    tool: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Task:
    """`number` counts from 0 in its file; `name` is its own id there, or the number. `customer`: "" when not told.
    `actions`: with the look-ups among them."""

    number: int
    name: str
    customer: str
    actions: tuple[Action, ...]


def read_tasks(path: Path, known: Collection[str]) -> list[Task]:
    """`known`: the tools there are. Raises TasksInvalid, naming the file and the entry."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise TasksInvalid(f"{path}: there is no such file.") from error
    except OSError as error:
        raise TasksInvalid(f"{path}: cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise TasksInvalid(f"{path}: is not UTF-8 text.") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise TasksInvalid(f"{path}: is not JSON: {error}.") from error
    if isinstance(found, dict) and "tasks" in found:
        found = found["tasks"]
    if not isinstance(found, list) or not found:
        raise TasksInvalid(f"{path}: must hold a list of tasks.")
    return [
        _task(_Place(file=path, entry=f"task {number}"), number, entry, known) for number, entry in enumerate(found)
    ]


@dataclass(frozen=True, kw_only=True)
class _Place:
    file: Path
    entry: str

    def wrong(self, message: str) -> TasksInvalid:
        return TasksInvalid(f"{self.file}: {self.entry}: {message}.")


def _task(place: _Place, number: int, entry: Any, known: Collection[str]) -> Task:
    if not isinstance(entry, dict):
        raise place.wrong("must be an object")
    customer = entry.get("user_id") or ""
    if not isinstance(customer, str):
        raise place.wrong("user_id must be a text")
    if _prepared(entry.get("initial_state")):
        raise place.wrong("begins with records of its own (initial_state), which cannot be set up here")
    actions = [
        _action(_Place(file=place.file, entry=f"{place.entry}, action {index}"), each, known)
        for index, each in enumerate(_actions(place, entry))
    ]
    return Task(number=number, name=str(entry.get("id", number)), customer=customer, actions=tuple(actions))


def _prepared(state: Any) -> bool:
    return isinstance(state, dict) and any(state.get(key) for key in ("initialization_data", "initialization_actions"))


def _actions(place: _Place, entry: Mapping[str, Any]) -> list[Any]:
    if "evaluation_criteria" in entry:
        criteria = entry["evaluation_criteria"]
        found = criteria.get("actions") or [] if isinstance(criteria, dict) else None
    else:
        found = entry.get("actions")
    if not isinstance(found, list):
        raise place.wrong("has no list of actions, neither by itself nor in evaluation_criteria")
    return found


def _action(place: _Place, entry: Any, known: Collection[str]) -> Action:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise place.wrong("must be an object with the name of a tool")
    arguments = entry.get("kwargs", entry.get("arguments"))
    if not isinstance(arguments, dict):
        raise place.wrong("has no arguments, neither as kwargs nor as arguments")
    if entry["name"] not in known:
        raise place.wrong(f"unknown tool '{entry['name']}'")
    return Action(tool=entry["name"], arguments=arguments)
