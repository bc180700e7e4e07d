"""Serves the port `history` from Closeloop's own records."""

from records import history
from records.clock import Clock
from records.database import Database, DatabaseUnreachable
from records.ids import CustomerId
from tools.answers import SystemUnavailable
from tools.history.facts import History


class RecordedHistory:
    """Raises SystemUnavailable while the database cannot be reached."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def history(self, customer: CustomerId) -> History:
        try:
            async with self._database.transaction() as conn:
                found = await history.summary(conn, customer, now=self._clock.now())
        except DatabaseUnreachable as error:
            raise SystemUnavailable("The records cannot be read.", system="history") from error
        return History(customer=customer, **vars(found))
