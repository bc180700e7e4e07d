"""Seals the audit log every few minutes, and keeps the seals in a file outside the database as well."""

import asyncio
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
        async with self.database.transaction() as conn:
            kept = await seals.every(conn)
        await asyncio.to_thread(self._file, kept)

    def _file(self, kept: list[Seal]) -> None:
        """Adds the seals that the file lacks: whoever made one may have died before it was written there."""
        filed = {seal.number for seal in read_seals(self.file)}
        missing = [seal for seal in kept if seal.number not in filed]
        if missing:
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
