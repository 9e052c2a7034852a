from __future__ import annotations

from collections.abc import Iterable

from apps.reporting.models import CustomerTotal
from tests.support.attacks import DAY

ROWS = {
    "GET reporting/summary/": {"filter": "from limit to"},
    "GET reporting/sales/": {"filter": "by from to"},
    "GET reporting/products/": {"filter": "from limit to"},
}
FILTERS = {"from": ["2023-06-01", DAY], "to": [DAY, "2024-06-30"]}
WIDEST = {"from": "2024-01-01", "to": "2024-12-31"}


def shown() -> Iterable[int]:
    """Return the sums that the summary shows."""
    return CustomerTotal.objects.values_list("total_cents", flat=True)
