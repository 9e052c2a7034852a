from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from apps.tenancy.checks import default_tenant_in_production


def test_default_tenant_in_production_is_an_error(settings: Any) -> None:
    settings.DEBUG, settings.DEFAULT_TENANT = False, "demo"

    [error] = default_tenant_in_production(None)

    assert (error.id, error.is_serious()) == ("tenancy.E001", True)
    assert error.msg == "DEFAULT_TENANT is set: anyone may act for that tenant without a key."
    assert error.hint == "Leave DEFAULT_TENANT empty in production."


@pytest.mark.parametrize(("debug", "slug"), [(True, "demo"), (True, ""), (False, "")])
def test_default_tenant_elsewhere_is_no_error(settings: Any, debug: bool, slug: str) -> None:
    settings.DEBUG, settings.DEFAULT_TENANT = debug, slug

    assert default_tenant_in_production(None) == []


def test_default_tenant_is_checked_on_deployment_only(settings: Any) -> None:
    settings.DEBUG, settings.DEFAULT_TENANT = False, "demo"

    found = [
        [
            message.id
            for message in run_checks(include_deployment_checks=deploy)
            if str(message.id).startswith("tenancy.")
        ]
        for deploy in (True, False)
    ]

    assert found == [["tenancy.E001"], []]


def test_default_tenant_fails_the_deployment_check(settings: Any) -> None:
    settings.DEBUG, settings.DEFAULT_TENANT = False, "demo"

    with pytest.raises(SystemCheckError, match=r"tenancy\.E001"):
        call_command("check", deploy=True)
