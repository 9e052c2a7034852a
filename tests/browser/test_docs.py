"""Swagger UI: "Try it out" acts for the default tenant without a key, and for the key's tenant with one.

A violation of the page's Content-Security-Policy is an error in the console, which the fixture `page` refuses.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browsing import ask
from tests.support.serving import ROOT


@pytest.fixture
def create_customer(page: Page) -> Locator:
    """The operation that creates a customer, after a click on "Try it out"."""
    page.goto("/api/v1/docs")
    operation = page.locator("#operations-customers-customers_create")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    return operation


def authorize(page: Page, key: str) -> None:
    page.get_by_role("button", name="Authorize").first.click()
    dialog = page.locator(".auth-container")
    dialog.get_by_role("textbox").fill(key)
    dialog.get_by_role("button", name="Apply credentials").click()
    page.get_by_role("button", name="Close").click()


def execute(operation: Locator) -> str:
    """Execute the operation and return the text of the response that the page shows."""
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table .response").first
    expect(answer.locator(".response-col_status")).to_have_text("201")
    return answer.inner_text()


def emails(address: str, key: str = "") -> list[str]:
    return [row["email"] for row in ask(f"{address}/api/v1/customers/?page_size=1", key=key)["results"]]


def test_operations_are_grouped_by_tag(page):
    page.goto("/api/v1/docs")

    expect(page.locator(".opblock-tag a span")).to_have_text(
        ["customers", "devtools", "events", "exports", "items", "orders", "reporting", "tenant"]
    )


def test_example_is_filled_in_and_sent_for_the_default_tenant(create_customer, server):
    filled_in = json.loads(create_customer.locator("textarea").input_value())

    shown = execute(create_customer)

    assert filled_in["email"] in shown
    assert emails(server) == [filled_in["email"]]


def test_request_with_a_key_is_sent_for_the_keys_tenant(create_customer, page, server, environment):
    def manage(*arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout

    manage("tenant", "create", "acme")
    key = manage("apikey", "create", "acme").strip()
    authorize(page, key)
    create_customer.locator("textarea").fill('{"email": "key@example.com", "name": "Key"}')

    execute(create_customer)

    assert emails(server, key) == ["key@example.com"]
    assert emails(server) != ["key@example.com"]


def test_key_is_forgotten_when_the_page_is_left(page, server):
    page.goto("/api/v1/docs")
    authorize(page, "rl_secret_key")
    page.reload()

    stored = page.evaluate("[{...localStorage}, {...sessionStorage}, document.cookie]")
    page.get_by_role("button", name="Authorize").first.click()

    assert stored == [{}, {}, ""]
    expect(page.locator(".auth-container").get_by_role("textbox")).to_have_value("")
