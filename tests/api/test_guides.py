"""The documentation pages: each opens, loads nothing from elsewhere, and every example in it answers as it says."""

from __future__ import annotations

import html
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from apps.api.guides import GUIDES
from tests.conftest import Api
from tests.support.serving import development, serving

DOCUMENT = yaml.safe_load((Path(__file__).parents[2] / "docs/openapi-development.yaml").read_text())
PAGES = ["/docs/", *(f"/docs/{name}" for name in GUIDES), "/docs/reference/v1"]
EXAMPLE = re.compile(r'<pre><code data-status="(\d+)"( data-repeats)?>(.*?)</code></pre>', re.DOTALL)


@pytest.fixture(scope="module")
def server(empty_database: dict[str, str]) -> Iterator[str]:
    """A development server with the demo data, which acts for the demo tenant."""
    with serving(development(empty_database)) as address:
        yield address


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_and_loads_nothing_from_elsewhere(path):
    page = Api().get(path)
    text = page.content.decode()

    assert (page.status_code, "default-src 'none'" in page["Content-Security-Policy"]) == (200, True)
    assert re.findall(r'(?:src|href)="([^"]+\.(?:css|js|png|svg|woff2?))"', text) == ["/static/api/docs.css"]
    assert Api().get("/static/api/docs.css").getvalue()
    assert "<script" not in text
    assert f'href="{path}" aria-current="page"' in text


@pytest.mark.parametrize("path", PAGES)
def test_every_link_inside_the_documentation_leads_somewhere(path):
    links = set(re.findall(r'href="(/[^"#]*)"', Api().get(path).content.decode())) - {"/static/api/docs.css"}

    assert len(links) >= 7
    assert {link: Api().get(link).status_code for link in links} == dict.fromkeys(links, 200)


@pytest.mark.parametrize("path", ["/docs/nowhere", "/docs/reference/v9", "/docs/problem"])
def test_a_page_that_is_not_there_is_a_404(path):
    assert Api().get(path).status_code == 404


@pytest.mark.parametrize("path", [*PAGES, "/docs/problems/not-found"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "FOO"])
def test_a_page_can_only_be_read(path, method):
    response = Api().generic(method, path)

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert Api().head(path).status_code == 200


def test_the_reference_has_every_operation():
    text = Api().get("/docs/reference/v1").content.decode()
    operations = [operation["operationId"] for path in DOCUMENT["paths"].values() for operation in path.values()]

    assert sorted(re.findall(r'class="operation" id="(\w+)"', text)) == sorted(operations)
    assert text.count("<code>/api/v1/orders/{id}/pay/</code>") == 1


def test_every_example_answers_as_the_page_says(server):
    run = 0
    for path in PAGES:
        for status, repeats, code in EXAMPLE.findall(Api().get(path).content.decode()):
            command = html.unescape(code).replace("http://testserver", server).replace("https://testserver", server)
            lines = command.splitlines()
            lines[-1] += r" -s -D - -o /dev/null -w '%{http_code}'"
            if "Authorization: Bearer $KEY" in command:  # the development server acts for the demo tenant
                lines = [line.replace(' -H "Authorization: Bearer $KEY"', "") for line in lines]

            done = subprocess.run(["bash", "-c", "\n".join(lines)], capture_output=True, text=True, check=True)

            assert done.stdout.endswith(status), (path, command, done.stdout)
            assert ("Idempotency-Replayed: true" in done.stdout) == bool(repeats), (path, command)
            run += 1
    assert run == 15
