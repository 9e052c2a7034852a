"""System check: warn about triggers that are missing from the database or differ from the code."""

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.core.checks import CheckMessage, Tags, register
from django.db import connections

from apps.database.migrating import pending_migrations
from apps.database.triggers import trigger_problems


@register(Tags.database)
def triggers_as_expected(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Return warnings, not errors: an error would block `migrate`, and `migrate` reinstalls the triggers."""
    messages: list[CheckMessage] = []
    for alias in databases or ():
        # `migrate` installs the triggers when the last migration is applied.
        if not pending_migrations(connections[alias]):
            messages += [
                checks.Warning(f"{problem[0].upper()}{problem[1:]}.", hint="Run manage.py migrate.", id="tenancy.W002")
                for problem in trigger_problems(connections[alias])
            ]
    return messages
