"""Seals the audit log every few minutes, and keeps the seals in a file outside the database as well."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from records import seals
from records.clock import Clock
from records.database import Database
from records.seals import Seal, seal_of

CRON = "*/5 * * * *"
FILE = "audit-seals.jsonl"


@dataclass(frozen=True, kw_only=True)
class Sealer:
    """`file`: one seal a line, oldest first. Copy it elsewhere, and the log can be checked against the copy."""

    database: Database
    clock: Clock
    key: str = field(repr=False)
    file: Path

    async def seal(self) -> None:
        """Signs what was written since the last seal; nothing when nothing was."""
        async with self.database.transaction() as conn:
            await seals.add(conn, self.key, now=self.clock.now())
        filed = await asyncio.to_thread(self._last_filed)
        async with self.database.transaction() as conn:
            missing = await seals.after(conn, filed)
        if missing:
            await asyncio.to_thread(self._file, missing)

    def _last_filed(self) -> int:
        """The number of the file's last seal, 0 when it has none. Only its end is looked at: it grows for years."""
        if not self.file.exists():
            return 0
        with self.file.open(encoding="utf-8") as lines:
            last = deque(lines, maxlen=1)
        return seal_of(last[0]).number if last else 0

    def _file(self, missing: list[Seal]) -> None:
        """Adds what the file lacks: the new seal, and one whose maker died before it was written there."""
        with self.file.open("a", encoding="utf-8") as lines:
            lines.writelines(f"{seal.line()}\n" for seal in missing)


def read_seals(file: Path) -> list[Seal]:
    """The seals of a file; none when it is not there. Raises ValueError, naming the line that is no seal."""
    if not file.exists():
        return []
    found = []
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        try:
            found.append(seal_of(line))
        except ValueError as error:
            raise ValueError(f"{file.name}:{number} is not a seal.") from error
    return found
