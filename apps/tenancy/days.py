"""Dates a client writes, as instants: a date is a day in the running scope's tenant's time zone."""

from __future__ import annotations

import zoneinfo
from datetime import date, datetime, time, timedelta, timezone

from django.utils.dateparse import parse_date, parse_datetime

from apps.tenancy.scope import current_tenant

FIRST_YEAR, LAST_YEAR = 1970, 2200


def zone() -> zoneinfo.ZoneInfo:
    """The current tenant's time zone."""
    return zoneinfo.ZoneInfo(current_tenant().timezone)


def day_start(day: date) -> datetime:
    """The first instant of `day` for the current tenant, in UTC."""
    return datetime.combine(day, time.min, tzinfo=zone()).astimezone(timezone.utc)


def day_end(day: date) -> datetime:
    """The first instant after `day` for the current tenant, in UTC: an exclusive bound."""
    return day_start(day + timedelta(days=1))


def parse_day_or_instant(text: str) -> date | datetime:
    """Read an ISO 8601 date or date-time; one without an offset is in the tenant's zone. Raises ValueError."""
    try:
        value: date | datetime | None = parse_date(text) or parse_datetime(text)
    except ValueError:
        value = None
    if value is None:
        hint = " (a '+' in an address must be written %2B)" if " " in text.strip() else ""
        raise ValueError(f"Not a date (2026-01-31) or date-time (2026-01-31T12:00:00Z){hint}.")
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(f"The year must lie between {FIRST_YEAR} and {LAST_YEAR}.")
    if isinstance(value, datetime) and value.tzinfo is None:
        value = value.replace(tzinfo=zone())
    return value
