"""API keys in fields that are not meant for them."""

from __future__ import annotations

import pytest

from tests.support.service import manage

STORED = """
from apps.idempotency.models import IdempotencyKey
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope
with tenant_scope(Tenant.objects.get(slug="acme")):
    print(list(IdempotencyKey.objects.values_list("key", flat=True)))
"""


@pytest.fixture(scope="module")
def key(environment):
    return manage(environment, "apikey", "create", "acme").strip()


@pytest.mark.parametrize("form", ["{}", '"{}"', "order-7-{}", "{}-1"])
def test_api_key_as_an_idempotency_key_is_refused_and_not_stored(service, environment, key, form):
    body = {"email": "ada@example.com", "name": "Ada"}

    answer = service.ask("POST", "/api/v1/customers/", body, **{"Idempotency-Key": form.format(key)})

    assert (answer.status, answer.body["detail"].partition(",")[0]) == (400, "Idempotency-Key contains an API key")
    assert service.ask("GET", "/api/v1/customers/").body["results"] == []
    assert manage(environment, "shell", "-v", "0", "-c", STORED) == "[]\n"
    assert key.split("_")[2] not in service.log
