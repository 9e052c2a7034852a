from __future__ import annotations

from collections.abc import Iterable

from apps.tenancy.scope import current_tenant

ROWS = {"GET tenant/": {}}


def shown() -> Iterable[str]:
    """Return the name that the tenant's own page shows."""
    return [current_tenant().slug]
