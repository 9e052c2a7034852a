"""Configuration mistakes, as system checks with an id and a hint."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security, deploy=True)
def default_tenant_in_production(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.DEFAULT_TENANT and not settings.DEBUG:
        return [
            Error(
                "DEFAULT_TENANT is set: anyone may act for that tenant without a key.",
                hint="Leave DEFAULT_TENANT empty in production.",
                id="tenancy.E001",
            )
        ]
    return []
