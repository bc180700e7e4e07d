"""A PostgreSQL server of one proof, which is killed and started again on the same data."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path
from subprocess import SubprocessError

from records.embedded import start_postgres


class Postgres:
    """Durable as in production: nothing about its settings is relaxed."""

    def __init__(self, folder: Path) -> None:
        self._server = start_postgres(folder)
        self.url: str = self._server.get_uri()

    @property
    def pid(self) -> int:
        """Of the postmaster."""
        return self._server.get_pid() or 0

    def kill(self) -> None:
        """SIGKILL to the postmaster; the processes below it leave without a word as soon as they see that it is gone."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    async def ended(self) -> int:
        """Waits until it is gone. Nobody but `kill` ends it, so minus the signal."""
        while self._server.get_postmaster_info().is_running():  # noqa: ASYNC110 - it sets no event of ours
            await asyncio.sleep(0.02)
        return -signal.SIGKILL

    async def again(self) -> "Postgres":
        """Starts it on the same folder; it recovers from its log. Waits for leftovers of the dead one to leave."""
        while True:
            try:
                await asyncio.to_thread(self._server.ensure_postgres_running)
                return self
            except SubprocessError:
                await asyncio.sleep(0.1)

    def remove(self) -> None:
        """Stops it for good and deletes its folder."""
        self._server.cleanup_mode = "delete"
        self._server.cleanup()
