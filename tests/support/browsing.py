"""A browser, and the development server that it looks at; a conftest.py makes them its fixtures by importing them."""

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

# What a page does on this machine takes milliseconds; whoever waits longer waits for what will not come.
expect.set_options(timeout=20_000)
OPTIONS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def deselect(config: pytest.Config, items: list[pytest.Item], folder: Path) -> None:
    """Leave out the tests of a folder where there is no browser, or what they see has been seen on SQLite."""
    if config.option.database == "sqlite" and find_chromium():
        return
    config.hook.pytest_deselected(items=[item for item in items if item.path.parent == folder])
    items[:] = [item for item in items if item.path.parent != folder]


@pytest.fixture
def _django_db_helper() -> None:
    """No database of the tests' own: the server has one, and Django refuses this thread (see `browser`) any."""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the server runs with."""
    return development({"DATABASE_URL": f"sqlite:///{tmp_path_factory.mktemp('server') / 'db.sqlite3'}"})


@pytest.fixture(scope="module")
def server(environment: dict[str, str]) -> Iterator[str]:
    with serving(environment) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # For a module, not the session: until Playwright stops, Django takes the thread for one that must not wait
    # for a database.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, server: str) -> Iterator[Page]:
    """A page of a browser without memory. The test fails if something was written to the page's console."""
    context = browser.new_context(base_url=server, permissions=["clipboard-read", "clipboard-write"])
    page, said = context.new_page(), []

    def listen(message: ConsoleMessage) -> None:
        # An answer of 400 and more is the browser's to note, and the page's to put in words.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            said.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert said == []


def faults(page: Page) -> list[str]:
    """What axe-core calls serious or critical for people who do not see, hear or point as most do: rule and place."""
    violations = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {node['target']} {node.get('failureSummary', '')}"
        for each in violations
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


def ask(address: str, method: str = "GET", body: Any = None, key: str = "") -> Any:
    """What the server at `address` answers to whoever has no page."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    request = urllib.request.Request(address, data, headers, method=method)
    with urllib.request.urlopen(request) as response:
        return json.load(response)
