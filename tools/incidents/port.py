"""The port to the status page and the product's logs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from records.ids import CustomerId
from tools.incidents.facts import Deployment, Incident


@dataclass(frozen=True, kw_only=True)
class LoggedError:
    """One kind of error in one workspace."""

    id: str
    customer: str
    area: str
    code: str
    message: str
    count: int
    last_at: datetime


class Incidents(Protocol):
    """Known incidents, open ones first; a workspace's errors of the last seven days; releases."""

    async def incidents(self) -> list[Incident]: ...
    async def errors(self, customer: CustomerId) -> list[LoggedError]: ...
    async def deployments(self) -> list[Deployment]: ...
