"""Configuration mistakes, as system checks with an id and a hint."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from apps.tenancy.isolation import isolation_problems
from apps.tenancy.roles import role_problems, role_warnings, setting_problems


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


@register(Tags.database, deploy=True)
def tenants_kept_apart(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Errors if PostgreSQL would not keep tenants apart for the connected role.

    Run `manage.py check --deploy --database default` with the DATABASE_URL that serves requests.
    """
    messages: list[CheckMessage] = []
    for alias in databases or ():
        # Also while migrations are pending: `migrate` does not run deployment checks, so no error can block it.
        messages += [
            Error(
                problem, hint="Run manage.py migrate; name the model in a migration: Isolate(...).", id="tenancy.E003"
            )
            for problem in isolation_problems(connections[alias])
        ]
        messages += [
            Error(problem, hint="Serve as orders_app, as deploy/roles.sql makes it.", id="tenancy.E004")
            for problem in setting_problems(connections[alias]) + role_problems(connections[alias])
        ]
        messages += [
            checks.Warning(
                problem,
                hint="Run deploy/roles.sql again, as a superuser. Without one, see docs/production.md.",
                id="tenancy.W005",
            )
            for problem in role_warnings(connections[alias])
        ]
    return messages
