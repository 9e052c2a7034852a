"""Fixtures for browser tests: Chromium and a development server. A conftest.py gets them by importing them."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from harness.machine import find_chromium
from tests.support.serving import development, serving

# Pages react within milliseconds; a longer wait is for something that will not happen.
expect.set_options(timeout=20_000)
OPTIONS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def deselect(config: pytest.Config, items: list[pytest.Item], folder: Path) -> None:
    """Deselect the tests of a folder without a browser, and on PostgreSQL, as they use a server with SQLite."""
    if config.option.database == "sqlite" and find_chromium():
        return
    config.hook.pytest_deselected(items=[item for item in items if item.path.parent == folder])
    items[:] = [item for item in items if item.path.parent != folder]


@pytest.fixture
def _django_db_helper() -> None:
    """Open no test database: the server has its own, and Django refuses queries in this thread (see `browser`)."""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of the server."""
    return development({"DATABASE_URL": f"sqlite:///{tmp_path_factory.mktemp('server') / 'db.sqlite3'}"})


@pytest.fixture(scope="module")
def server(environment: dict[str, str]) -> Iterator[str]:
    with serving(environment) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # The scope is the module, not the session: Playwright runs an event loop in this thread, and until it stops
    # Django refuses queries here as "called from an async context".
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, server: str) -> Iterator[Page]:
    """A page in a new browser context. The test fails if the page logs an error or a warning to its console."""
    context = browser.new_context(base_url=server, permissions=["clipboard-read", "clipboard-write"])
    page, said = context.new_page(), []

    def listen(message: ConsoleMessage) -> None:
        # The browser logs responses of 400 and more itself; the page explains them.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            said.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert said == []


def faults(page: Page) -> list[str]:
    """Return the page's serious and critical accessibility violations that axe-core finds: rule and element."""
    violations = Axe().run(page).response["violations"]
    return [
        f"{violation['id']}: {node['target']} {node.get('failureSummary', '')}"
        for violation in violations
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def ask(address: str, method: str = "GET", body: Any = None, key: str = "") -> Any:
    """Send a request without the browser; return the JSON of the response."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    request = urllib.request.Request(address, data, headers, method=method)
    with urllib.request.urlopen(request) as response:
        return json.load(response)
