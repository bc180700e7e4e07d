"""The pages of staff, without scripts: signing in, the inbox, a card, the decision. Whatever anybody wrote stays text."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from records import staff
from tests.service_world import LATE, World, service, world

__all__ = ["service", "world"]
Json = dict[str, Any]
PEOPLE = {"Accept": "text/html,application/xhtml+xml"}
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
async def browser(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Nobody is signed in yet."""
    async with httpx.AsyncClient(transport=world.http._transport, base_url="http://test", headers=PEOPLE) as found:
        yield found


async def signed_in(browser: httpx.AsyncClient, key: str) -> httpx.AsyncClient:
    answer = await browser.post("/sign-in", data={"key": key, "then": "/inbox"}, headers=FORM)
    assert answer.status_code == 303, answer.text
    return browser


async def proof(browser: httpx.AsyncClient, path: str = "/inbox") -> str:
    page = (await browser.get(path)).text
    return page.partition('name="proof" value="')[2].partition('"')[0]


async def decided(browser: httpx.AsyncClient, card: Json, **fields: str) -> httpx.Response:
    said = {"proof": await proof(browser), "digest": card["digest"], **fields}
    return await browser.post(f"/inbox/{card['id']}", data=said, headers=FORM)


async def test_whoever_is_not_signed_in_is_asked_to_and_comes_back_to_where_they_wanted(
    world: World, browser: httpx.AsyncClient
) -> None:
    first = await browser.get("/inbox?kind=drafts")
    assert first.status_code == 303
    assert first.headers["location"] == "/sign-in?then=/inbox"

    answer = await browser.post("/sign-in", data={"key": world.staff_key, "then": "/inbox"}, headers=FORM)

    assert answer.headers["location"] == "/inbox"
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=lax" in answer.headers["set-cookie"]
    assert world.staff_key not in answer.headers["set-cookie"]
    assert "Robin" in (await browser.get("/inbox")).text


async def test_a_wrong_key_opens_nothing_and_says_so(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/sign-in", data={"key": "clk_nobody"}, headers=FORM)

    assert answer.status_code == 401
    assert "This key is not valid" in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "inbox"])
async def test_signing_in_leads_nowhere_but_here(world: World, browser: httpx.AsyncClient, elsewhere: str) -> None:
    answer = await browser.post("/sign-in", data={"key": world.staff_key, "then": elsewhere}, headers=FORM)

    assert answer.headers["location"] == "/inbox"


async def test_a_session_ends_with_the_key_with_the_day_and_with_signing_out(
    world: World, browser: httpx.AsyncClient
) -> None:
    await signed_in(browser, world.staff_key)
    await browser.post("/sign-out", data={"proof": await proof(browser)}, headers=FORM)
    assert (await browser.get("/inbox")).status_code == 303

    await signed_in(browser, world.staff_key)
    world.clock.advance(timedelta(hours=12, seconds=1))
    assert (await browser.get("/inbox")).status_code == 303

    async with world.opened.services.database.transaction() as conn:
        who, key = await staff.add(conn, "Sam", ["billing"], now=world.clock.now())
    await signed_in(browser, key)
    async with world.opened.services.database.transaction() as conn:
        await staff.revoke_key(conn, who, by="closeloop", now=world.clock.now())
    assert (await browser.get("/inbox")).status_code == 303


async def test_the_same_address_is_a_page_for_people_and_json_for_programs(
    world: World, browser: httpx.AsyncClient
) -> None:
    refused = await browser.get("/inbox", headers={"Accept": "application/json"})

    assert refused.status_code == 404
    assert refused.headers["content-type"] == "application/problem+json"


async def test_a_page_runs_nothing_but_its_own_scripts_and_is_framed_by_nobody(
    world: World, browser: httpx.AsyncClient
) -> None:
    page = await (await signed_in(browser, world.staff_key)).get("/inbox")

    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert "style=" not in page.text
    assert "onclick" not in page.text


async def test_what_waits_is_listed_with_who_what_how_much_and_for_how_long(
    world: World, browser: httpx.AsyncClient
) -> None:
    await world.said("cus_ben", LATE)

    page = (await (await signed_in(browser, world.staff_key)).get("/inbox")).text

    for part in ("Issue refund of 240.00 USD", "Ben Okafor", "late order refund", "orders", " left"):
        assert part in page


@pytest.mark.parametrize(
    ("address", "there"),
    [
        ("/inbox?q=okafor", True),
        ("/inbox?q=240.00", True),
        ("/inbox?q=100%25", False),
        ("/inbox?queue=orders", True),
        ("/inbox?queue=billing", False),
        ("/inbox?status=approved", False),
        ("/inbox?kind=drafts", False),
        ("/inbox?mine=1", False),
    ],
)
async def test_the_inbox_is_narrowed_in_its_address(
    world: World, browser: httpx.AsyncClient, address: str, there: bool
) -> None:
    await world.said("cus_ben", LATE)

    page = (await (await signed_in(browser, world.staff_key)).get(address)).text

    assert ("Issue refund of 240.00 USD" in page) is there
    assert there or "Nothing matches" in page or "Nothing waits" in page


async def test_a_handoff_waits_in_a_list_of_its_own_until_somebody_takes_it(
    world: World, browser: httpx.AsyncClient
) -> None:
    conversation = await world.said("cus_ben", "I want to talk to a human")

    page = (await (await signed_in(browser, world.staff_key)).get("/inbox?kind=handoffs")).text

    assert f'href="/conversations/{conversation["id"]}"' in page


async def test_a_card_says_what_would_happen_why_a_person_is_asked_and_what_the_customer_would_read(
    world: World, browser: httpx.AsyncClient
) -> None:
    conversation = await world.said("cus_ben", LATE)
    card = await world.card(conversation)

    page = (await (await signed_in(browser, world.staff_key)).get(f"/inbox/{card['id']}")).text

    for part in ("More than 100.00 USD needs a person.", "Ben Okafor", "promised at", card["replies"]["approve"], LATE):
        assert part in page


async def test_a_click_on_approve_moves_the_money_once_and_shows_who_decided(
    world: World, browser: httpx.AsyncClient
) -> None:
    conversation = await world.said("cus_ben", LATE)
    card = await world.card(conversation)
    await signed_in(browser, world.staff_key)

    first, second = [await decided(browser, card, type="approve") for _ in range(2)]
    await world.drive(conversation)

    assert (first.status_code, second.status_code) == (303, 409)
    assert "Nothing was done by your click" in second.text
    assert "Approved by Robin" in (await browser.get(f"/inbox/{card['id']}")).text
    assert [effect["amount"] for effect in await world.effects()] == [24_000]


async def test_amounts_are_typed_as_people_write_them(world: World, browser: httpx.AsyncClient) -> None:
    conversation = await world.said("cus_ben", LATE)
    card = await world.card(conversation)
    await signed_in(browser, world.staff_key)
    edited = {"type": "edit", "arg.charge": "ch_1002", "arg.cause": "late"}

    wrong = await decided(browser, card, **edited, **{"arg.amount": "200,-"})
    right = await decided(browser, card, **edited, **{"arg.amount": "200.00"})
    await world.drive(conversation)

    assert wrong.status_code == 422
    assert "amount: write an amount like 1.00" in wrong.text
    assert 'value="200,-"' in wrong.text
    assert right.status_code == 303
    assert [effect["amount"] for effect in await world.effects()] == [20_000]


async def test_a_card_that_has_changed_since_it_was_opened_decides_nothing(
    world: World, browser: httpx.AsyncClient
) -> None:
    card = await world.card(await world.said("cus_ben", LATE))
    await signed_in(browser, world.staff_key)

    answer = await decided(browser, {**card, "digest": "0" * 64}, type="approve")

    assert answer.status_code == 409
    assert await world.rows("SELECT status FROM approvals") == [{"status": "pending"}]


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    ],
)
async def test_a_form_on_another_site_decides_nothing(
    world: World, browser: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    card = await world.card(await world.said("cus_ben", LATE))
    await signed_in(browser, world.staff_key)
    said = {"proof": await proof(browser), "digest": card["digest"], "type": "approve"}

    answer = await browser.post(f"/inbox/{card['id']}", data=said, headers={**FORM, **headers})

    assert answer.status_code == 403
    assert await world.rows("SELECT status FROM approvals") == [{"status": "pending"}]


async def test_a_form_without_the_proof_of_this_session_decides_nothing(
    world: World, browser: httpx.AsyncClient
) -> None:
    card = await world.card(await world.said("cus_ben", LATE))
    await signed_in(browser, world.staff_key)

    answer = await browser.post(
        f"/inbox/{card['id']}", data={"proof": "x" * 64, "digest": card["digest"], "type": "approve"}, headers=FORM
    )

    assert answer.status_code == 403
    assert await world.rows("SELECT status FROM approvals") == [{"status": "pending"}]


async def test_whoever_may_not_decide_sees_no_button_and_cannot_do_without_one(
    world: World, browser: httpx.AsyncClient
) -> None:
    card = await world.card(await world.said("cus_ben", LATE))
    async with world.opened.services.database.transaction() as conn:
        _, key = await staff.add(conn, "Sam", ["support"], now=world.clock.now())
    await signed_in(browser, key)

    page = await browser.get(f"/inbox/{card['id']}")
    answer = await decided(browser, card, type="approve")

    assert 'value="approve"' not in page.text
    assert answer.status_code == 403
    assert await world.effects() == []


async def test_what_a_customer_is_called_and_a_colleague_searches_for_stays_text(
    world: World, browser: httpx.AsyncClient
) -> None:
    hostile = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    (await world.demo.put("/records/customer/cus_ben", json={"name": hostile})).raise_for_status()
    card = await world.card(await world.said("cus_ben", LATE))
    await signed_in(browser, world.staff_key)

    for path in ("/inbox", f"/inbox/{card['id']}", "/inbox?q=%3Cscript%3Ealert(2)%3C/script%3E"):
        page = (await browser.get(path)).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page


async def test_styles_and_scripts_are_kept_by_browsers_until_they_change(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/sign-in")).text
    address = page.partition('rel="stylesheet" href="')[2].partition('"')[0]

    kept = await browser.get(address)
    other = await browser.get("/static/000000000000/screens.css")

    assert "immutable" in kept.headers["cache-control"]
    assert kept.content == other.content
    assert other.headers["cache-control"] == "no-cache"
    assert (await browser.get("/static/000000000000/../inbox.html")).status_code == 404
