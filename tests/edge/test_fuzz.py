"""The schema fuzz over sockets, with the two forms of a body without a Content-Length."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import given, reject
from hypothesis import settings as hypothesis_settings
from schemathesis.generation import GenerationMode

from tests.support.fuzzing import CASES, SETTINGS, aim, schema
from tests.support.kinds import Model, collections
from tests.support.service import manage, serving

SCHEMA = schema()
# A third of the requests that the fuzz without sockets sends: only the server differs.
FEWER = hypothesis_settings(SETTINGS, max_examples=SETTINGS.max_examples // 3)


@pytest.fixture(scope="module")
def server(environment) -> Iterator[tuple[str, dict[str, str], dict[Model, list[int]]]]:
    """The URL of a service with sample data, the headers of a key, and the ids of rows by model."""
    plugged = {**environment, "PLUGINS": "apps.devtools"}
    manage(plugged, "seed", "--tenant", "acme", "--customers", "4")
    with serving(plugged, manage(environment, "apikey", "create", "acme").strip(), PLUGINS="apps.devtools") as service:
        ids = {
            model: [row["id"] for row in service.ask("GET", f"{path}?page_size=200").body["results"]]
            for path, model in collections().items()
        }
        yield f"http://127.0.0.1:{service.port}", service.headers, ids


@pytest.fixture(scope="module", params=["chunked", "HTTP/2"])
def client(request, server) -> Iterator[httpx.Client]:
    is_http2 = request.param == "HTTP/2"
    with httpx.Client(http1=not is_http2, http2=is_http2, timeout=30) as client:
        yield client


@pytest.mark.parametrize(("path", "method", "mode"), CASES)
def test_whatever_is_sent_the_answer_is_in_the_schema(server, client, path, method, mode):
    address, headers, ids = server

    @FEWER
    @given(case=SCHEMA[path][method].as_strategy(generation_mode=GenerationMode(mode)))
    def check(case: schemathesis.Case) -> None:
        if mode == "positive":
            aim(ids, case, path)
        case.validate_response(send(client, case, address, headers))

    check()


def send(client: httpx.Client, case: schemathesis.Case, address: str, headers: dict[str, str]) -> httpx.Response:
    """Send a case, its body without a Content-Length; return the response."""
    options: Any = case.as_transport_kwargs(base_url=address, headers=headers)
    known = {name: options.get(name) for name in ("method", "url", "headers", "params", "data", "json", "cookies")}
    prepared = requests.Request(**known).prepare()
    prepared.headers.pop("Content-Length", None)
    body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
    try:
        response = client.request(
            prepared.method, prepared.url, headers=prepared.headers, content=[body] if body else None
        )
    except httpx.LocalProtocolError:  # a value that no client can send
        reject()
    assert not body or "content-length" not in response.request.headers
    response.request.read()  # for the message of a failure
    return response
