"""Parse dates and date-times of clients, and split days into periods. A date is a day in the current tenant's zone."""

import re
import zoneinfo
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone

from django.utils.dateparse import parse_date, parse_datetime

from apps.tenancy.scope import current_tenant

FIRST_YEAR, LAST_YEAR = 1970, 2200
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", re.ASCII)


def zone() -> zoneinfo.ZoneInfo:
    """Return the current tenant's time zone."""
    return zoneinfo.ZoneInfo(current_tenant().timezone)


def day_start(day: date) -> datetime:
    """Return the first instant of `day` for the current tenant, in UTC."""
    return datetime.combine(day, time.min, tzinfo=zone()).astimezone(timezone.utc)


def day_end(day: date) -> datetime:
    """Return the first instant after `day` for the current tenant, in UTC: an exclusive bound."""
    return day_start(day + timedelta(days=1))


def start_of_period(by: str, day: date) -> date:
    """Return the first day of the `day`, `week` (from Monday) or `month` that contains `day`."""
    return {"day": day, "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1)}[by]


def periods(by: str, first: date, last: date) -> Iterator[date]:
    """Yield the first day of each `day`, `week` or `month` between `first` and `last`."""
    start = start_of_period(by, first)
    while start <= last:
        yield start
        if by == "month":
            start = (start + timedelta(days=31)).replace(day=1)
        else:
            start += timedelta(days=1 if by == "day" else 7)


def parse_day(text: str) -> date:
    """Parse YYYY-MM-DD. Other ISO 8601 forms depend on the Python version, so they raise ValueError."""
    value = _read_day(text)
    if value is None:
        raise ValueError("Not a date (2026-01-31).")
    _within_years(value)
    return value


def parse_day_or_instant(text: str) -> date | datetime:
    """Parse a date, or a date-time, which is returned in UTC; without an offset it is in the tenant's time zone.

    Raises ValueError.
    """
    day = _read_day(text)
    if day:
        _within_years(day)
        return day
    try:
        value = parse_datetime(text) if INSTANT.match(text) else None
    except ValueError:
        value = None
    if value is None:
        hint = " (a '+' in an address must be written %2B)" if " " in text.strip() else ""
        raise ValueError(f"Not a date (2026-01-31) or date-time (2026-01-31T12:00:00Z){hint}.")
    _within_years(value)
    if value.tzinfo is None:
        value = value.replace(tzinfo=zone())
    return value.astimezone(timezone.utc)


def _read_day(text: str) -> date | None:
    try:
        return parse_date(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None


def _within_years(value: date) -> None:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(f"The year must lie between {FIRST_YEAR} and {LAST_YEAR}.")
