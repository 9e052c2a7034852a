"""The pages as a development server without Silk serves them; `test_recording` tests them with Silk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client, RequestFactory
from django.urls import include, path

from config import urls
from lab.core import source
from lab.core.fault import Decoy
from lab.core.loader import all_faults
from lab.measuring import evidence
from lab.pages import views
from lab.proving import messages
from lab.tests.html_page import Page

LAB = Path(__file__).parents[1]
FAULTS = all_faults()
by_slug = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.slug)
urlpatterns = [*urls.urlpatterns, path("", include("lab.pages.site_urls"))]


@pytest.fixture
def browser(settings):
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "lab"]
    settings.ROOT_URLCONF = __name__
    settings.DEBUG = True
    return Client(enforce_csrf_checks=True)


def read(browser: Client, address: str) -> Page:
    answer = browser.get(address, secure=True)
    assert answer.status_code == 200
    return Page(answer.content.decode())


def test_catalogue_leads_to_every_fault(browser):
    page = read(browser, "/lab/")

    links = [element for element in page.find("a") if "main" in element.inside]
    assert {element.attributes["href"]: "".join(element.text) for element in links} == {
        f"/lab/{fault.slug}/": fault.title for fault in FAULTS
    }
    assert len(page.texts("b", "on")) == len(FAULTS)


def test_home_page_has_every_fault_with_its_numbers(browser):
    page = read(browser, "/")

    (area,) = [element for element in page.find("section") if element.attributes["id"] == "lab"]
    assert [title for title in page.texts("h3") if title in {fault.title for fault in FAULTS}] == [
        fault.title for fault in sorted(FAULTS, key=lambda fault: fault.kind)
    ]
    assert page.texts("b", "on")[1:] == [
        f"{measured['on'][-1][fault.effect.metric]:,}"
        for fault in sorted(FAULTS, key=lambda fault: fault.kind)
        for measured in evidence.read()
        if measured["slug"] == fault.slug
    ]
    assert f"{len(FAULTS)} faults" in "".join(area.text)


def test_home_page_has_no_lab_unless_debug_is_on(browser, settings):
    settings.DEBUG = False

    page = read(browser, "/")

    assert [element for element in page.find("section") if element.attributes["id"] == "lab"] == []


@by_slug
def test_a_fault_has_a_page_with_all_there_is_to_see(browser, fault):
    page = read(browser, f"/lab/{fault.slug}/")

    assert page.texts("title")[:1] == [f"{fault.title} · The lab"]
    assert page.texts("h1") == [fault.title]
    assert page.texts("blockquote") == [fault.ticket]
    assert page.texts("pre", "message") == list(messages.read(fault.slug).values())
    assert len(page.texts("pre", "message")) >= len(fault.tests)


@by_slug
def test_hints_and_answer_are_folded(browser, fault):
    page = read(browser, f"/lab/{fault.slug}/")

    folded = page.texts("details")
    assert [text.split("\n")[0] for text in folded[:-1]] == [
        f"Hint {number}{hint}" for number, hint in enumerate(fault.hints, start=1)
    ]
    assert fault.root_cause in folded[-1]
    assert page.texts("dd") == [decoy.why for decoy in fault.decoys]
    # Each line keeps its sign, so that the diff can be read without colours.
    assert page.texts("pre", "diff") == [source.diff(fault) + "\n"]
    for css, signs in (("added", "+"), ("removed", "-"), ("place", "-+@")):
        assert {text[0] for text in page.texts("span", css)} <= set(signs)
    assert page.texts("span", "added") != []
    assert all("details" in element.inside for name in ("dd", "dl") for element in page.find(name))
    assert all("details" in element.inside for element in page.find("pre", "diff"))
    assert [element for element in page.find("details") if "open" in element.attributes] == []


@by_slug
def test_a_picture_shows_the_evidence(browser, fault):
    page = read(browser, f"/lab/{fault.slug}/")

    (measured,) = (each for each in evidence.read() if each["slug"] == fault.slug)
    values = {state: [each[fault.effect.metric] for each in measured[state]] for state in ("on", "off")}
    bars = {state: float(page.find("rect", state)[0].attributes["width"]) for state in ("on", "off")}
    assert {state: pytest.approx(width / 320, abs=1e-3) for state, width in bars.items()} == {
        state: values[state][-1] / max(values["on"][-1], values["off"][-1]) for state in ("on", "off")
    }
    lines = [element.attributes["points"].split() for element in page.find("polyline")]
    assert [len(points) for points in lines] == [4, 4]
    assert [text.rpartition(": ")[2] for text in page.texts("title")[1:]] == [
        f"{value:,}" for state in ("on", "off") for value in values[state]
    ]


@pytest.mark.parametrize("address", ["/lab/", "/lab/n1-summary/"])
def test_pages_run_under_a_strict_content_security_policy(browser, address):
    page = read(browser, address)
    policy = browser.get(address, secure=True)["Content-Security-Policy"]

    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    inline = [name for _, attributes, *_ in page.elements for name in attributes if name.startswith(("on", "style"))]
    addresses = [element.attributes.get("href", element.attributes.get("src", "/")) for element in page.elements]
    assert inline == []
    assert page.find("script") == page.find("style") == []
    assert {each for each in addresses if not each.startswith("/") or each.startswith("//")} == {"#main"}
    assert [file for file in addresses if "/lab/" in file and file.endswith(".css")] == [
        "/static/lab/lab.css",
        "/static/lab/cards.css",
    ]
    assert [file.name for file in sorted(LAB.glob("static/lab/*"))] == ["cards.css", "lab.css"]


def test_whatever_a_fault_says_is_text(browser):
    nasty = "<script>alert('&amp;')</script>"
    wrong = replace(
        FAULTS[0], title=nasty, ticket=nasty, hints=(nasty,), root_cause=nasty, decoys=(Decoy(nasty, nasty, ()),) * 2
    )

    page = Page(views.page(RequestFactory().get("/"), wrong, error=nasty).content.decode())

    assert page.find("script") == []
    for tag in ("h1", "blockquote", "dd", "dt"):
        assert set(page.texts(tag)) == {nasty}
    assert page.texts("p", "error") == [nasty]


@pytest.mark.parametrize("address", ["/lab/", "/lab/n1-summary/", "/lab/n1-summary/record/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_there_is_no_lab_unless_debug_is_on(browser, settings, address, method):
    settings.DEBUG = False
    client = Client()

    answer = getattr(client, method)(address, secure=True)

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("get", "/lab/n1-sumary/", 404),
        ("post", "/lab/n1-sumary/record/", 404),
        ("get", "/lab/n1-summary/record/", 405),
        ("post", "/lab/n1-summary/", 405),
    ],
)
def test_what_is_not_there_says_so(browser, method, address, status):
    answer = getattr(Client(), method)(address, secure=True)

    assert answer.status_code == status


def test_recording_is_refused_to_other_sites(browser):
    answer = browser.post("/lab/n1-summary/record/", secure=True)

    assert answer.status_code == 403


def test_recording_without_silk_says_what_to_do(browser):
    page = read(browser, "/lab/n1-summary/")

    answer = Client().post("/lab/n1-summary/record/", secure=True)

    assert page.find("form") == []
    assert answer.status_code == 500
    assert "There is no Silk to record in" in Page(answer.content.decode()).texts("p", "error")[0]
