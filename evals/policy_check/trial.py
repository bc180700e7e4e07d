"""What a company brings so that its policy can be tried on tasks: `trial.py` in its folder, with a `TRIAL`."""

import importlib.util
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from evals.policy_check.tasks import Action, Task
from records.errors import CloseloopError
from records.ids import CustomerId
from tools.systems import Systems


class NoTrial(CloseloopError):
    """This company cannot be tried on tasks."""


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """What makes a right action wrong. `customer`: whose token it comes with, None for nobody's; `prepare` changes the
    records before it is judged, where that is what is wrong."""

    name: str
    customer: CustomerId | None
    action: Action
    prepare: Callable[[], Awaitable[None]] | None = None


class World(Protocol):
    """The company's systems, for one task at a time."""

    @property
    def systems(self) -> Systems: ...

    async def mutations(self, customer: CustomerId, action: Action) -> Sequence[Mutation]:
        """Every way in which this action could be wrong, as the records stand."""
        ...

    def undone(self) -> AbstractAsyncContextManager[object]:
        """Whatever happens to the records inside is taken back at the end."""
        ...


class Scene(Protocol):
    """The company's records, filled once for a trial."""

    def customer_of(self, task: Task) -> CustomerId | None:
        """Who the task's customer is; None when nothing in it tells, or there is nobody of that name."""
        ...

    def world(self) -> AbstractAsyncContextManager[World]:
        """Several may be open; the tasks of one customer are played in the same."""
        ...


@runtime_checkable
class Trial(Protocol):
    """`look_ups`: tools of the tasks that change nothing. `voiding`: what the company's system says to actions that the
    tasks hold right although they contradict the policy and write nothing; of such a task only this is overlooked."""

    look_ups: frozenset[str]
    voiding: frozenset[str]

    def open(self, server_url: str, data: Path | None, tasks: Path) -> AbstractAsyncContextManager[Scene]:
        """`server_url`: a server on which a database may be made, and is dropped in the end; `data`: where the records
        come from, else where the company expects them, beside `tasks` first. Raises CloseloopError with the reason."""
        ...


def load_trial(folder: Path) -> Trial:
    """Raises NoTrial."""
    path = folder / "trial.py"
    spec = importlib.util.spec_from_file_location(f"trial_of_{folder.resolve().name}", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise NoTrial(f"{folder} has no trial.py, so its policy cannot be tried on tasks.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # a company's own module may fail in any way
        raise NoTrial(f"{path} cannot be imported: {type(error).__name__}: {error}.") from error
    found = getattr(module, "TRIAL", None)
    if not isinstance(found, Trial):
        raise NoTrial(f"{path} has no TRIAL.")
    return found
