"""Recordings in Silk, made in a process that has it installed; its database plays the development database."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.util import find_spec
from io import StringIO
from typing import Any

import pytest

from tests.support.plugged import run_plugged

pytestmark = pytest.mark.skipif(not find_spec("silk"), reason="Silk is not installed")
FAULTS = ("n1-summary", "page-skips-ties", "stale-total-on-item-delete")


def scenario() -> dict[str, Any]:
    """Record with the page's button and with the command, in a database with a tenant's rows."""
    from django.core.management import call_command
    from django.test import Client
    from silk.models import Request, Response, SQLQuery

    from apps.tenancy.models import ApiKey, Tenant
    from lab.measuring.recording import recorded
    from tests.conftest import one_of_each, rows_of

    demo = Tenant.objects.create(slug="demo")
    one_of_each(demo)
    browser = Client()
    browser.get("/api/v1/orders/")  # another request, which Silk keeps

    def rows() -> list[Any]:
        return [*rows_of(demo), list(Tenant.objects.values()), list(ApiKey.objects.values())]

    before = rows()
    said = StringIO()
    call_command("lab", "record", *FAULTS, "--json", stdout=said)
    answer = browser.post("/lab/n1-summary/record/")
    after = rows()
    found = {slug: recorded(slug) for slug in FAULTS}
    pages = {
        address: browser.get(address).content.decode()
        for each in found["n1-summary"]
        for address in (each.page, each.queries)
    }
    return {
        "answer": [answer.status_code, answer["Location"]],
        "page": browser.get("/lab/n1-summary/").content.decode(),
        "said": json.loads(said.getvalue()),
        "untouched": before == after,
        "found": {slug: [asdict(each) for each in recordings] for slug, recordings in found.items()},
        "pages": pages,
        "silk": [table.objects.count() for table in (Request, Response)],
        "unowned": SQLQuery.objects.filter(request=None).count(),
        "headers": list(Request.objects.values_list("encoded_headers", flat=True)),
    }


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    database = {"DATABASE_URL": f"sqlite:///{tmp_path_factory.mktemp('development') / 'db.sqlite3'}"}
    return run_plugged(f"{__name__}.scenario", database, plugins="apps.devtools,lab,silk")[0]


def test_recording_leaves_every_row_as_it_was(result):
    assert result["untouched"]


def test_recording_shows_the_counts_before_and_after(result):
    counts = {
        slug: [(each["state"], each["statements"], each["similar"]) for each in recordings]
        for slug, recordings in result["found"].items()
    }

    assert counts == {
        "n1-summary": [("on", 33, 24), ("off", 1, 1)],
        # All pages of the walk, each a request.
        "page-skips-ties": [("on", 2, 1), ("on", 1, 1), *[("off", 2, 1)] * 4],
        "stale-total-on-item-delete": [("on", 2, 1), ("off", 2, 1)],
    }


def test_command_tells_programs_what_was_recorded(result):
    later = [each for slug in FAULTS[1:] for each in result["found"][slug]]

    assert result["said"][2:] == later
    assert [(each["fault"], each["state"], each["n"]) for each in result["said"][:2]] == [
        ("n1-summary", "on", 8),
        ("n1-summary", "off", 8),
    ]


def test_recording_takes_the_place_of_the_former_one(result):
    """One other request, and 2 + 6 + 2 recordings."""
    assert result["answer"] == [302, "/lab/n1-summary/#silk"]
    assert result["silk"] == [11, 11]
    assert result["unowned"] == 0


def test_silk_shows_what_was_recorded(result):
    on, off = result["found"]["n1-summary"]

    assert on["page"] != off["page"]
    assert on["queries"] == f"{on['page']}sql/"
    assert "n1-summary, fault on, n=8: 33 statements, 24 similar" in result["pages"][on["page"]]
    assert "n1-summary, fault off, n=8: 1 statements, 1 similar" in result["pages"][off["page"]]
    rows = [result["pages"][each["queries"]].count('class="data-row"') for each in (on, off)]
    # One more than counted: the look-up of the API key.
    assert rows == [34, 2]


def test_page_links_to_what_was_recorded(result):
    links = [each[name] for each in result["found"]["n1-summary"] for name in ("page", "queries")]

    assert [link for link in links if f'href="{link}"' not in result["page"]] == []
    assert "GET /api/v1/reporting/summary/?limit=5" in result["page"]


def test_no_key_of_the_throw_away_tenant_is_kept(result):
    assert [text for text in result["headers"] if "rl_" in text] == []
