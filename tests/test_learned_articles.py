"""Articles that the team accepted: live until they are withdrawn, and gone without a trace when deleted."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest

from records import learned_articles
from records.database import Database, open_database
from runs.startup import prepare

NOW = datetime(2025, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
async def database(database_url: Callable[[], str]) -> AsyncIterator[Database]:
    url = database_url()
    prepare(url)
    async with open_database(url, size=2) as opened:
        yield opened


async def test_an_accepted_article_is_live_until_it_is_withdrawn_and_can_come_back(database: Database) -> None:
    async with database.transaction() as conn:
        kept = await learned_articles.add(conn, title="Returns", body="Send it back.", now=NOW)
        gone = await learned_articles.add(conn, title="Old", body="No more.", audience="internal", now=NOW)

        first, again = [await learned_articles.withdraw(conn, gone, now=NOW + timedelta(days=1)) for _ in range(2)]

        assert (first, again) == (True, False)
        assert [each.id for each in await learned_articles.live(conn)] == [kept]
        assert [each.id for each in await learned_articles.every(conn) if each.withdrawn_at] == [gone]
        assert await learned_articles.restore(conn, gone)
        assert {each.id for each in await learned_articles.live(conn)} == {kept, gone}


async def test_a_deleted_article_leaves_nothing(database: Database) -> None:
    async with database.transaction() as conn:
        article = await learned_articles.add(conn, title="Returns", body="Send it back.", now=NOW)

        assert await learned_articles.delete(conn, article)

        assert article not in {each.id for each in await learned_articles.every(conn)}
        assert not await learned_articles.delete(conn, article)
