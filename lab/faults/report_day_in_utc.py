"""A day is the server's, not the tenant's."""

from __future__ import annotations

import zoneinfo
from datetime import datetime, time, timedelta, timezone

from django.conf import settings

from apps.tenancy.scope import current_tenant
from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Seam


def zone():
    """The time zone that days are counted in."""
    return zoneinfo.ZoneInfo(settings.TIME_ZONE)


def day_start(day):
    tenants = zoneinfo.ZoneInfo(current_tenant().timezone)
    # The zone's difference from UTC, as it was when the year began.
    difference = datetime(day.year, 1, 1, tzinfo=tenants).utcoffset()
    return datetime.combine(day, time.min, tzinfo=timezone.utc) - difference


def day_end(day):
    tenants = zoneinfo.ZoneInfo(current_tenant().timezone)
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=tenants).astimezone(timezone.utc)


def arrange(n: int) -> Call:
    # Half past midnight in Berlin, where the tenant is; in UTC still the day before.
    paid_at = datetime(2026, 3, 27, 23, 30, tzinfo=timezone.utc)
    factory.orders(factory.customers(1), each=n, status="paid", paid_at=paid_at)
    return Call("GET", "/api/v1/reporting/summary/?from=2026-03-28&to=2026-03-28")


FAULT = Fault(
    slug="report-day-in-utc",
    title="Reports begin the day at midnight in UTC",
    kind="correctness",
    difficulty="medium",
    ticket=(
        "Orders that our customers in Berlin pay between midnight and one o'clock (in summer: two) are in the report "
        "of the day before. Our till and your report differ every single day, by what the night owls buy."
    ),
    hints=(
        "By how much is the day's edge off, and does that change with the season?",
        "Where does a date that a client writes become an instant?",
        "Whose midnight is meant?",
    ),
    root_cause=(
        "The time zone of a day is the setting of the server, UTC, and not that of the tenant whose report it is."
    ),
    changes=(Seam("apps.tenancy.days:zone", zone),),
    tests={
        "tests/reporting/test_views.py::test_summary_days_are_the_tenants_and_inclusive": "[1000, 100, 0, 0]",
        "tests/reporting/test_views.py::test_sales_fill_gaps_with_zero_across_the_night_the_clocks_change": "assert {",
        "tests/reporting/test_views.py::test_sales_day_of_a_half_hour_zone_begins_at_half_past": "[11, 0]",
    },
    decoys=(
        Decoy(
            "Subtract the tenant's difference from UTC",
            "Zones have no one difference: half of the year the day begins an hour late.",
            (Seam("apps.tenancy.days:day_start", day_start),),
        ),
        Decoy(
            "End the day in the tenant's zone",
            "One edge of the day is cured, the other is not.",
            (Seam("apps.tenancy.days:day_end", day_end),),
        ),
    ),
    effect=Effect("cents_answered", on="constant", off="linear"),
    arrange=arrange,
)
