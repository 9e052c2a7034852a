from __future__ import annotations

import os
import subprocess
import sys

import pytest
import yaml

from apps.api import docs
from apps.api.versions import VersionGenerator
from harness.environment import TESTS
from harness.machine import ROOT
from tests.conftest import Api
from tests.support.concurrency import at_once

YAML, JSON = "application/vnd.oai.openapi", "application/vnd.oai.openapi+json"


@pytest.fixture
def rendered(monkeypatch) -> list[object]:
    """One entry per rendering of the document, which no request has asked for yet."""
    calls: list[object] = []

    class Counted(VersionGenerator):
        def get_schema(self, *args: object, **kwargs: object) -> object:
            calls.append(self)
            return super().get_schema(*args, **kwargs)

    monkeypatch.setattr(docs, "VersionGenerator", Counted)
    monkeypatch.setattr(docs, "_documents", {})
    return calls


def test_concurrent_first_requests_render_the_schema_once(rendered):
    answers = at_once(8, lambda _: Api().get("/api/v1/schema"))

    assert {(answer.status_code, answer["Content-Type"]) for answer in answers} == {(200, f"{YAML}; charset=utf-8")}
    assert len({answer.content for answer in answers}) == 1
    assert len(rendered) == 1


def test_concurrent_generations_in_a_new_process_do_not_disturb_each_other():
    """drf-spectacular loads its extensions at first use, and the reference generates the document as well."""
    code = """
import django; django.setup()
from concurrent.futures import ThreadPoolExecutor
from apps.api.versions import VersionGenerator
def paths(_): return len(VersionGenerator().get_schema(request=None, public=True)["paths"])
with ThreadPoolExecutor(4) as pool: print({*pool.map(paths, range(4))})
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **TESTS, "DATABASE_URL": "sqlite://:memory:"},
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stdout.count(",")) == (0, 0), done.stderr


def test_the_schema_is_rendered_once_per_format(rendered):
    types = [YAML, "application/yaml", JSON, "application/json", "application/json; indent=2"]

    answers = [Api().get("/api/v1/schema", headers={"Accept": media_type}) for media_type in types * 2]

    assert [answer["Content-Type"].partition(";")[0] for answer in answers] == [*types[:4], "application/json"] * 2
    assert len({answer.content for answer in answers}) == 2
    assert yaml.safe_load(answers[0].content) == answers[2].json()
    assert len(rendered) == 2


def test_schema_does_not_depend_on_key_host_or_parameters():
    plain = Api().get("/api/v1/schema")

    others = [
        Api().get("/api/v1/schema?version=2&lang=de"),
        Api().get("/api/v1/schema", headers={"Host": "127.0.0.1", "X-Forwarded-Proto": "https"}),
        Api("rl_unknown_key").get("/api/v1/schema"),
    ]

    assert [(answer.content, answer["Content-Disposition"], answer["ETag"]) for answer in others] == [
        (plain.content, 'inline; filename="Regression Lab.yaml"', plain["ETag"])
    ] * 3


def test_a_schema_that_the_client_has_is_not_sent_again():
    first = Api().get("/api/v1/schema")

    again = Api().get("/api/v1/schema", headers={"If-None-Match": first["ETag"]})
    as_json = Api().get("/api/v1/schema", headers={"If-None-Match": first["ETag"], "Accept": JSON})

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert as_json.status_code == 200
    assert [answer["Vary"] for answer in (first, again, as_json)] == ["Accept"] * 3


def test_a_type_that_the_schema_does_not_have_is_refused():
    assert Api().get("/api/v1/schema", headers={"Accept": "text/html"}).status_code == 406


@pytest.mark.parametrize("address", ["/api/v1/docs", "/api/v1/docs?script="])
def test_the_documentation_runs_no_inline_code_and_sets_no_cookie(address):
    page = Api().get(address)

    directives = dict(part.split(" ", 1) for part in page["Content-Security-Policy"].split("; "))
    assert (directives["default-src"], directives["script-src"], directives["connect-src"]) == (
        "'none'", "'self'", "'self'"
    )  # fmt: skip
    assert "unsafe" not in page["Content-Security-Policy"]
    assert page.cookies == {}


def test_the_documentation_stores_no_key():
    script = Api().get("/api/v1/docs?script=").content.decode()

    assert "persistAuthorization" not in script
