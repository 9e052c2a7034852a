"""The home page runs under a strict Content-Security-Policy and loads nothing from other origins."""

from __future__ import annotations

import re
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.test import Client
from django.urls import resolve
from django.utils.safestring import mark_safe

from apps import devtools

ADDRESSES = ("src", "href", "action", "formaction", "poster", "data", "srcset")


class Page(HTMLParser):
    """Parse a page: its elements with their attributes, and its inline scripts and styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.code = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] == "script" and self.cdata_elem == "script":
            self.code += data.strip()

    def addresses(self) -> list[str]:
        return [value or "" for _, attrs in self.elements for name, value in attrs.items() if name in ADDRESSES]


@pytest.fixture
def page() -> Page:
    # There is no database fixture, so a page that ran a query would fail here.
    response = Client().get("/", secure=True)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/html; charset=utf-8"
    return Page(response.content.decode())


def test_content_security_policy_allows_only_files_of_this_service() -> None:
    policy = Client().get("/", secure=True)["Content-Security-Policy"]

    assert policy == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def test_home_is_one_html_document(page: Page) -> None:
    names = [tag for tag, _ in page.elements]

    assert names[0] == "html"
    assert [names.count(name) for name in ("title", "h1", "main")] == [1, 1, 1]


def test_home_refers_to_no_other_origin(page: Page) -> None:
    foreign = [address for address in page.addresses() if urlsplit(address).scheme or urlsplit(address).netloc]

    assert page.addresses() != []
    assert foreign == []


def test_home_has_no_inline_code_or_style(page: Page) -> None:
    inline = [(tag, name) for tag, attrs in page.elements for name in attrs if name == "style" or name.startswith("on")]

    assert inline == []
    assert page.code == ""
    assert [tag for tag, _ in page.elements if tag == "style"] == []


def test_static_files_of_home_exist_and_are_served(page: Page) -> None:
    files = [address for address in page.addresses() if address.startswith("/static/")]

    assert files != []
    for address in files:
        found = finders.find(address.removeprefix("/static/"))
        assert isinstance(found, str), address
        response = Client().get(address, secure=True)
        assert (response.status_code, response.getvalue()) == (200, Path(found).read_bytes())


def test_addresses_on_home_exist(page: Page) -> None:
    pages = [urlsplit(address).path for address in page.addresses()]

    unknown = [path for path in pages if path and not path.startswith("/static/") and not resolve(path)]

    assert unknown == []


def test_home_links_to_the_pages_of_installed_apps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apps.get_app_config("tenancy"), "home_link", ("<Reports>", "/readyz"), raising=False)

    html = Client().get("/", secure=True).content.decode()

    assert '<a href="/readyz">&lt;Reports&gt;</a>' in html


def offered(request: HttpRequest) -> str:
    return mark_safe(f"<i>{request.path}</i>")


def test_home_has_the_areas_of_installed_apps(monkeypatch: pytest.MonkeyPatch) -> None:
    area = f"{__name__}.offered"
    monkeypatch.setattr(apps.get_app_config("tenancy"), "home_area", area, raising=False)

    html = Client().get("/", secure=True).content.decode()

    assert "<i>/</i>" in html


def test_vendored_code_matches_its_manifest() -> None:
    folder = Path(devtools.__file__).parent / "static/devtools/vendor"
    rows = re.findall(r"^\| `(\S+)` \|.*\| `([0-9a-f]{64})` \|$", (folder / "README.md").read_text(), re.MULTILINE)

    found = [(file.name, sha256(file.read_bytes()).hexdigest()) for file in sorted(folder.glob("*.js"))]

    assert rows == found


@pytest.mark.parametrize(
    ("html", "code"),
    [("<script>alert(1)</script>", "alert(1)"), ("<script src='/x.js'> </script><p>text</p>", "")],
)
def test_page_detects_inline_code(html: str, code: str) -> None:
    assert Page(html).code == code
