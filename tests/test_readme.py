"""README is executable: these tests run its first command, and every curl line of the tour verbatim."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from django.db import connection

from tests.support.serving import ROOT, development, serving

README = (ROOT / "README.md").read_text()
TOUR = re.findall(r"^(curl .*)$", README.split("## Tenants")[0], re.MULTILINE)
# (status, text that only the correct response contains) of each line, in the order of the README.
ANSWERS = [
    (200, '"status":"paid"'),
    (400, "Did you mean 'status'?"),
    (200, '"count":'),
    (201, '"total_cents":1580'),
    (200, '"status":"paid"'),
    (200, '"status":"cancelled"'),
    (201, '"total_cents":2490'),
    (201, "Idempotency-Replayed: true"),
    (412, "It has changed since it was read"),
    (200, '"email":"margaret.berners-lee.1@example.com"'),
    (409, "allowed: no move"),
    (200, '"limit":5'),
    (200, '"period":"2026-06-01"'),
    (200, '"sku":"POT-STEEL-1L"'),
    (202, '"state":"queued"'),
    (200, "id,customer,customer_email,status,total_cents"),
    (201, '"items":1600'),
    (200, '"limit":5'),
    (200, "ok"),
    (200, "ok"),
]


@pytest.fixture(scope="module")
def environment(empty_database: dict[str, str]) -> dict[str, str]:
    return development(empty_database)


@pytest.fixture(scope="module")
def server(environment: dict[str, str]) -> Iterator[str]:
    with serving(environment) as address:
        yield address


def test_every_line_of_the_tour_works_verbatim(server):
    assert len(TOUR) == len(ANSWERS)
    for line, (status, text) in zip(TOUR, ANSWERS, strict=True):
        assert "http://127.0.0.1:8000/" in line
        command = line.replace("http://127.0.0.1:8000", server) + r" -s -w '\n%{http_code}'"

        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)

        body, code = done.stdout.rsplit("\n", 1)
        assert (int(code), text in body.replace('": ', '":')) == (status, True), (line, done.stdout)


def test_lines_about_tenants_and_numbers_work_verbatim(server, environment):
    text = README.split("## Tenants and keys")[1].split("## Without make")[0]
    lines = re.findall(r"^(?:\.venv/bin/python manage\.py|curl) .*$", text, re.MULTILINE)

    def run(line: str) -> str:
        command = line.replace(".venv/bin/python", sys.executable).replace("http://127.0.0.1:8000", server)
        done = subprocess.run(["bash", "-c", command], cwd=ROOT, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        return done.stdout

    created, key = run(lines[0]), run(lines[1]).strip()
    listed = json.loads(run(lines[2].replace("rl_...", key)))
    reconciled = run(lines[3])

    assert len(lines) == 4
    assert created.startswith("Tenant acme created.")
    # Unlike the demo tenant, this one has no orders yet.
    assert listed == {"next": None, "previous": None, "next_cursor": None, "previous_cursor": None, "results": []}
    assert reconciled.splitlines()[-1] == "Drift: 0 cents."


def test_pages_of_the_tour_open(server):
    addresses = re.findall(r"\(http://127\.0\.0\.1:8000(/[^)]*)\)", README)

    titles = []
    for address in addresses:
        with urllib.request.urlopen(server + address) as page:
            titles.append((address, page.status, "<title>" in page.read().decode()))

    assert titles == [
        ("/", 200, True),
        ("/docs/", 200, True),
        ("/api/v1/docs", 200, True),
        ("/silk/", 200, True),
        ("/admin/", 200, True),
    ]


def test_pictures_exist_in_light_and_dark():
    pictures = re.findall(r'(?:srcset|src)="([^"]+)"', README)

    assert [picture for picture in pictures if not (ROOT / picture).is_file()] == []
    assert len(pictures) == 6


def test_silk_records_only_the_api(server):
    """This test does not depend on the tour: it makes a request of its own."""
    for address in ("/api/v1/orders/", "/healthz", "/"):
        urllib.request.urlopen(server + address).close()

    with urllib.request.urlopen(f"{server}/silk/requests/") as page:
        listed = page.read().decode()

    assert "/api/v1/orders/" in listed
    assert "/healthz" not in listed


def test_silk_changes_no_response(server):
    """Silk runs EXPLAIN after each statement, and cannot store a NUL. The response has to be unaffected."""

    def send(method: str, path: str, body: bytes) -> tuple[int, str]:
        request = urllib.request.Request(server + path, data=body or None, method=method)
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request) as response:
                return response.status, response.headers["Content-Type"]
        except urllib.error.HTTPError as error:
            return error.code, error.headers["Content-Type"]

    answers = [
        send("POST", "/api/v1/customers/", b'{"email": "taken@example.com", "name": "A"}'),
        send("PATCH", "/api/v1/customers/1/", b'{"email": "taken@example.com"}'),
        send("GET", "/api/v1/orders/%00/", b""),
        send("POST", "/api/v1/customers/", b'{"email": "\0"}'),
        send("POST", "/api/orders/", b'{"customer": 1}'),
    ]

    problem = "application/problem+json"
    assert answers[:4] == [(201, "application/json"), (409, problem), (404, problem), (400, problem)]
    assert answers[4][0] == 308


def test_response_has_server_timing(server):
    with urllib.request.urlopen(f"{server}/api/v1/reporting/summary/?limit=2") as response:
        timing, body = response.headers["Server-Timing"], json.load(response)

    assert 'desc="1 statements"' in timing
    assert len(body["rows"]) == 2


def test_suite_runs_on_the_chosen_database(request, db):
    assert connection.vendor == request.config.option.database
