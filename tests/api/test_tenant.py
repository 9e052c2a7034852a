from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.tenancy import keys
from apps.tenancy.models import ApiKey
from tests.conftest import Api

TENANT = "/api/v1/tenant/"


def test_a_client_learns_its_tenant_its_key_and_the_limits(acme, settings):
    settings.REQUESTS_PER_MINUTE = 77
    acme.timezone = "Europe/Berlin"
    acme.save()
    expires_at = timezone.now().replace(microsecond=0) + timedelta(days=90)
    key = keys.issue_key(tenant=acme, name="billing job", scope="read", expires_at=expires_at)

    response = Api(key).get(TENANT)

    assert response.status_code == 200
    assert response.json() == {
        "slug": "acme",
        "name": "Acme",
        "timezone": "Europe/Berlin",
        "key": {
            "prefix": ApiKey.objects.get().prefix,
            "name": "billing job",
            "scope": "read",
            "expires_at": expires_at.isoformat().replace("+00:00", "Z"),
        },
        "limits": {"requests_per_minute": 77, "body_bytes": 1024 * 1024, "page_size": 200},
    }
    assert key.split("_")[2] not in response.content.decode()


def test_the_default_tenant_has_no_key_and_perhaps_no_limit(acme, settings):
    settings.DEFAULT_TENANT, settings.REQUESTS_PER_MINUTE = acme.slug, 0

    shown = Api().get(TENANT).json()

    assert (shown["slug"], shown["key"], shown["limits"]["requests_per_minute"]) == ("acme", None, None)


@pytest.mark.parametrize("query", ["slug=globex", "tenant=2", "x="])
def test_no_parameter_chooses_another_tenant(acme, globex, api, query):
    response = api.get(f"{TENANT}?{query}")

    assert (response.status_code, response.json()["errors"][0]["code"]) == (400, "unknown")
