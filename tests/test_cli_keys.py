"""`closeloop keys`: who has which key until when, and how keys are stopped, made anew and changed."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from records import staff
from records.clock import SystemClock
from records.database import open_database
from tests.test_cli import KEY, run
from web.keys import of_settings
from web.tokens import open_tokens


@pytest.fixture(scope="module")
def url(database_url: Callable[[], str]) -> str:
    return database_url()


def made(tmp_path: Path, url: str, name: str, *more: str) -> str:
    """A member of staff of this name; their id, as the list shows it."""
    run(tmp_path, "token", "staff", name, "--role", "support", *more, DATABASE_URL=url)
    return listed(tmp_path, url, name)[0]


def listed(tmp_path: Path, url: str, name: str) -> list[str]:
    """The words of somebody's row of the list."""
    said = run(tmp_path, "keys", "list", DATABASE_URL=url)
    found = re.search(rf"(stf_\w+) +{name} +support +(\w+) +[\d-]+ +(no end|[\d-]+) +(never|[\d-]+)", said.out)
    return [*found.groups()] if found else []


async def known(url: str, key: str) -> bool:
    async with open_database(url, size=2) as database, database.transaction() as conn:
        return await staff.by_key(conn, key, now=SystemClock().now()) is not None


def test_the_list_shows_everybody_and_no_key(tmp_path: Path, url: str) -> None:
    key = run(tmp_path, "token", "staff", "Ana", "--role", "support", "--days", "0", DATABASE_URL=url).out

    _, standing, until, used = listed(tmp_path, url, "Ana")

    assert (standing, until, used) == ("valid", "no end", "never")
    assert key not in run(tmp_path, "keys", "list", DATABASE_URL=url).out


def test_a_revoked_key_is_stopped_once(tmp_path: Path, url: str) -> None:
    member = made(tmp_path, url, "Bo")

    stopped = run(tmp_path, "keys", "revoke", member, DATABASE_URL=url)
    again = run(tmp_path, "keys", "revoke", member, DATABASE_URL=url)

    assert stopped.err == "The key of Bo is revoked."
    assert again.err == "closeloop: The key of Bo was revoked before."
    assert listed(tmp_path, url, "Bo")[1] == "revoked"


def test_a_renewed_key_is_valid_and_the_one_before_is_not(tmp_path: Path, url: str) -> None:
    before = run(tmp_path, "token", "staff", "Cleo", "--role", "support", DATABASE_URL=url).out
    member = listed(tmp_path, url, "Cleo")[0]

    after = run(tmp_path, "keys", "renew", member[:10], "--days", "90", DATABASE_URL=url).out

    assert (asyncio.run(known(url, before)), asyncio.run(known(url, after))) == (False, True)


def test_whoever_left_gets_no_new_key(tmp_path: Path, url: str) -> None:
    member = made(tmp_path, url, "Dora")
    run(tmp_path, "keys", "revoke", member, "--leaves", DATABASE_URL=url)

    assert run(tmp_path, "keys", "renew", member, DATABASE_URL=url).err.startswith("closeloop: Dora has left.")
    assert listed(tmp_path, url, "Dora")[1] == "left"


def test_an_id_must_name_one_member_of_staff(tmp_path: Path, url: str) -> None:
    made(tmp_path, url, "Eve")
    made(tmp_path, url, "Fay")

    assert "More than one member of staff" in run(tmp_path, "keys", "revoke", "stf_", DATABASE_URL=url).err
    assert "No member of staff has an id like stf_x" in run(tmp_path, "keys", "revoke", "stf_x", DATABASE_URL=url).err


def test_the_days_of_a_key_are_limited(tmp_path: Path, url: str) -> None:
    said = run(tmp_path, "token", "staff", "Gus", "--role", "support", "--days", "4000", DATABASE_URL=url)

    assert said.err == "closeloop: --days must be 0, for no end, or at most 3650."


def test_a_kept_key_is_changed_and_the_old_one_goes_on_for_a_while(tmp_path: Path) -> None:
    token = run(tmp_path, "token", "customer", "cus_ada").out

    said = run(tmp_path, "keys", "rotate", "customer")

    tokens = open_tokens(kept=tmp_path / "var", clock=SystemClock())
    assert "1 older accepted" in said.err
    assert tokens.customer_of(token) == "cus_ada"


def test_a_key_that_leaked_is_changed_at_once(tmp_path: Path) -> None:
    run(tmp_path, "token", "customer", "cus_ada")

    assert "no other is accepted" in run(tmp_path, "keys", "rotate", "customer", "--at-once").err


def test_a_key_of_the_settings_is_changed_there(tmp_path: Path) -> None:
    said = run(tmp_path, "keys", "rotate", "conversation", CONVERSATION_TOKEN_KEY=KEY)

    assert said.err.startswith("closeloop: CONVERSATION_TOKEN_KEY is set:")
    assert "CONVERSATION_TOKEN_KEYS_OLD" in said.err


def test_the_hosts_own_keys_are_not_ours_to_change(tmp_path: Path) -> None:
    said = run(tmp_path, "keys", "rotate", "customer", CUSTOMER_TOKEN_JWKS="jwks.json")

    assert said.err.startswith("closeloop: Customers' tokens are signed by the host application")


def test_an_old_key_of_the_settings_is_still_accepted(tmp_path: Path) -> None:
    token = run(tmp_path, "token", "customer", "cus_ada", CUSTOMER_TOKEN_KEY=KEY).out
    tokens = open_tokens(kept=tmp_path, clock=SystemClock(), customers=(KEY[::-1], KEY))

    assert tokens.customer_of(token) == "cus_ada"
    assert tokens.customers.current()[1].id == of_settings(KEY, "").current()[0].id
