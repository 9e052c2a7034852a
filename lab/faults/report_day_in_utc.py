"""Reports use the server's day instead of the tenant's."""

from __future__ import annotations

import zoneinfo
from datetime import datetime, time, timedelta, timezone

from django.conf import settings

from apps.tenancy.scope import current_tenant
from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Seam


def zone():
    """Return the time zone in which days are counted."""
    return zoneinfo.ZoneInfo(settings.TIME_ZONE)


def day_start(day):
    local = zoneinfo.ZoneInfo(current_tenant().timezone)
    # The zone's offset from UTC at the start of the year.
    offset = datetime(day.year, 1, 1, tzinfo=local).utcoffset()
    return datetime.combine(day, time.min, tzinfo=timezone.utc) - offset


def day_end(day):
    local = zoneinfo.ZoneInfo(current_tenant().timezone)
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=local).astimezone(timezone.utc)


def arrange(n: int) -> Call:
    # Half past midnight in Berlin, where the tenant is; still the day before in UTC.
    paid_at = datetime(2026, 3, 27, 23, 30, tzinfo=timezone.utc)
    factory.orders(factory.customers(1), each=n, status="paid", paid_at=paid_at)
    return Call("GET", "/api/v1/reporting/summary/?from=2026-03-28&to=2026-03-28")


FAULT = Fault(
    slug="report-day-in-utc",
    title="Reports begin the day at midnight in UTC",
    kind="correctness",
    difficulty="medium",
    ticket=(
        "Orders that our customers in Berlin pay between midnight and one o'clock (two in summer) are in the report "
        "of the day before. Every single day, our till and your report differ by what the night owls buy."
    ),
    hints=(
        "By how much is the start of the day wrong, and does that change with the season?",
        "Where is a date from the client converted to an instant?",
        "Whose midnight is meant?",
    ),
    root_cause=("Days are counted in the server's time zone, UTC, and not in that of the tenant whose report it is."),
    changes=(Seam("apps.tenancy.days:zone", zone),),
    tests={
        "tests/reporting/test_views.py::test_summary_range_is_inclusive_in_the_tenants_time_zone": "[1000, 100, 0, 0]",
        "tests/reporting/test_views.py::test_sales_fill_gaps_with_zero_across_a_clock_change": "assert {",
        "tests/reporting/test_views.py::test_sales_day_of_a_half_hour_zone_begins_at_half_past": "[11, 0]",
    },
    decoys=(
        Decoy(
            "Subtract the tenant's offset from UTC",
            "A zone has more than one offset: half of the year the day starts an hour late.",
            (Seam("apps.tenancy.days:day_start", day_start),),
        ),
        Decoy(
            "End the day in the tenant's zone",
            "The end of the day is right, its start is not.",
            (Seam("apps.tenancy.days:day_end", day_end),),
        ),
    ),
    effect=Effect("cents_answered", on="constant", off="linear"),
    arrange=arrange,
)
