"""What Postman imports from docs/openapi.yaml runs over the demo data; only the address and the key are filled in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.clients.conftest import SCHEMA, run
from tests.support.service import manage, serving

# The two settings to choose in Postman's import dialog: "Parameter generation: Example", and no optional parameters.
# With its own choice, Postman ignores every example, and sends `<string>` as cursor and `<integer>` as id.
SETTINGS = "parametersResolution=Example,enableOptionalParameters=false"
# What the proxy in front of the service adds.
PROXY = {
    "listen": "prerequest",
    "script": {"exec": ["pm.request.headers.add({key: 'X-Forwarded-Proto', value: 'https'})"]},
}


@pytest.fixture
def statuses(tmp_path: Path, empty_database: dict[str, str], node: Path) -> dict[str, int]:
    """The status of each request of the collection, by its method and path."""
    manage(empty_database, "migrate", "-v", "0")
    manage(empty_database, "tenant", "create", "demo")
    manage(empty_database, "seed", "--tenant", "demo")
    key = manage(empty_database, "apikey", "create", "demo").strip()

    run(node / "openapi2postmanv2", "-s", SCHEMA, "-o", "collection.json", "-O", SETTINGS, folder=tmp_path)
    collection = tmp_path / "collection.json"
    collection.write_text(json.dumps({**json.loads(collection.read_text()), "event": [PROXY]}))
    with serving(empty_database, key) as service:
        run(
            node / "newman", "run", "collection.json", "--env-var", f"baseUrl=http://127.0.0.1:{service.port}",
            "--env-var", f"bearerToken={key}", "--reporters", "json", "--reporter-json-export", "report.json",
            folder=tmp_path,
        )  # fmt: skip

    report = json.loads((tmp_path / "report.json").read_text())
    sent = [(execution["request"], execution["response"]["code"]) for execution in report["run"]["executions"]]
    return {f"{request['method']} /{'/'.join(request['url']['path'])}": status for request, status in sent}


def test_every_request_of_the_postman_collection_succeeds(statuses):
    refused = {request: status for request, status in statuses.items() if status >= 300}

    assert refused == {
        "DELETE /api/v1/customers/1/": 409,  # has orders
        "POST /api/v1/exports/1/cancel/": 404,  # deleted by the request before
        "GET /api/v1/exports/1/file/": 404,
    }
    assert len(statuses) == sum(map(len, yaml.safe_load(SCHEMA.read_text())["paths"].values()))
