"""In development, a request without a key acts for DEFAULT_TENANT."""

from __future__ import annotations

from typing import Any

import pytest

from apps.tenancy import keys
from apps.tenancy.models import Tenant


@pytest.mark.parametrize("changes", [True, False])
def test_authenticate_without_header_acts_for_the_default_tenant(acme: Tenant, settings: Any, changes: bool) -> None:
    settings.DEFAULT_TENANT = "acme"

    tenant = keys.identify("").acting(changes=changes)

    assert tenant == acme


def test_authenticate_without_header_is_refused_if_the_default_tenant_is_unknown(acme: Tenant, settings: Any) -> None:
    settings.DEFAULT_TENANT = "nobody"

    with pytest.raises(keys.KeyRefused, match=r"^The default tenant 'nobody' does not exist or is not active\.$"):
        keys.identify("").acting(changes=False)


def test_authenticate_without_header_is_refused_if_the_default_tenant_is_inactive(acme: Tenant, settings: Any) -> None:
    Tenant.objects.update(is_active=False)
    settings.DEFAULT_TENANT = "acme"

    with pytest.raises(keys.KeyRefused, match=r"^The default tenant 'acme' does not exist or is not active\.$"):
        keys.identify("").acting(changes=False)


def test_authenticate_with_a_bad_key_does_not_fall_back_to_the_default_tenant(acme: Tenant, settings: Any) -> None:
    settings.DEFAULT_TENANT = "acme"

    with pytest.raises(keys.KeyRefused, match="The API key is unknown"):
        keys.identify("Bearer rl_00000000_0").acting(changes=False)


def test_authenticate_prefers_the_key_to_the_default_tenant(acme: Tenant, globex: Tenant, settings: Any) -> None:
    settings.DEFAULT_TENANT = "acme"

    tenant = keys.identify(f"Bearer {keys.issue_key(tenant=globex)}").acting(changes=True)

    assert tenant == globex
