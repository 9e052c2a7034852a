"""Query strings with more parameters than Django reads."""

from __future__ import annotations

import http.client
import json

import pytest

from tests.support.serving import development
from tests.support.serving import serving as serving_development

ADDRESSES = ["/api/v1/orders/", "/api/v1/reporting/summary/", "/api/v1/schema", "/api/v1/docs"]
PARAMETERS = "&".join(["a=1"] * 1001)
REFUSAL = "The request has too many parameters, or its address is too long."


@pytest.fixture(scope="module")
def development_server(empty_database):
    """Run `make run` with every plug-in of .env.example; fail if the server has logged a traceback."""
    with serving_development(development(empty_database)) as address:
        yield address.removeprefix("http://")


@pytest.mark.parametrize("address", ADDRESSES[:2])
def test_too_many_parameters_are_refused_in_production(service, address):
    response = service.ask("GET", f"{address}?{PARAMETERS}")

    assert (response.status, response.body["detail"]) == (400, REFUSAL)


@pytest.mark.parametrize("address", ADDRESSES)
def test_too_many_parameters_are_refused_in_development(development_server, address):
    connection = http.client.HTTPConnection(development_server, timeout=10)
    connection.request("GET", f"{address}?{PARAMETERS}")

    response = connection.getresponse()
    body = json.loads(response.read())
    connection.close()

    assert (response.status, response.headers["Content-Type"]) == (400, "application/problem+json")
    assert body["detail"] == REFUSAL
