"""What the status page tells: disturbances of the service."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Incident:
    id: str
    title: str
    component: str
    status: str
    started_at: datetime
