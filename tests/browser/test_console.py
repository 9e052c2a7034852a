"""The console as people use it: in a browser, on a server that `manage.py run` started, on SQLite."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import ask

API = "/api/v1/"
SMALL = {"customers": 12, "orders_per_customer": 3, "items_per_order": 2, "seed": 7}


@pytest.fixture
def console(page: Page, server: str) -> Page:
    """The page, on a tenant that has 12 customers with 3 orders of 2 items each."""
    ask(f"{server}{API}devtools/reset/", "POST")
    ask(f"{server}{API}devtools/seed/", "POST", SMALL)
    page.goto("/")
    return page


def rows(page: Page):
    return page.locator("#orders tbody")


def test_orders_appear_when_they_are_seeded(console, server):
    ask(f"{server}{API}devtools/reset/", "POST")
    console.reload()
    expect(console.get_by_text("No orders yet.")).to_be_visible()

    console.get_by_role("button", name="Seed").click()

    expect(console.locator("#data .said")).to_have_text(
        re.compile(r"^Written: 20 customers, 100 orders, 300 items, in [\d.]+ s\.$")
    )
    expect(rows(console)).to_have_count(10)
