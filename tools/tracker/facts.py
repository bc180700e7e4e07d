"""What the issue tracker tells: bugs that are known."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class KnownBug:
    """`status`: open, in_progress or fixed. `words`: what people say who meet it. `fixed_in`: the version that mends
    it, None until there is one. `workaround`: a sentence, "" for none."""

    id: str
    title: str
    area: str
    status: str
    words: list[str]
    fixed_in: str | None
    workaround: str
    reported_at: datetime
