from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest
from django.test import override_settings
from model_bakery import baker

from apps.tenancy.days import day_end, day_start, parse_day_or_instant
from apps.tenancy.models import Tenant
from apps.tenancy.scope import TenantNotSet, tenant_scope

UTC = timezone.utc


def utc(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)  # type: ignore[misc, arg-type]  # year, month, day, hour, minute


@pytest.mark.parametrize(
    ("zone", "day", "start", "end"),
    [
        pytest.param("UTC", date(2026, 1, 31), utc(2026, 1, 31), utc(2026, 2, 1), id="UTC"),
        pytest.param("Europe/Berlin", date(2026, 1, 1), utc(2025, 12, 31, 23), utc(2026, 1, 1, 23), id="winter"),
        pytest.param("Europe/Berlin", date(2026, 7, 1), utc(2026, 6, 30, 22), utc(2026, 7, 1, 22), id="summer"),
        pytest.param("Europe/Berlin", date(2026, 3, 29), utc(2026, 3, 28, 23), utc(2026, 3, 29, 22), id="23 hours"),
        pytest.param("Europe/Berlin", date(2026, 10, 25), utc(2026, 10, 24, 22), utc(2026, 10, 25, 23), id="25 hours"),
        pytest.param("Asia/Kolkata", date(2026, 3, 1), utc(2026, 2, 28, 18, 30), utc(2026, 3, 1, 18, 30), id="half"),
        pytest.param(
            "America/Sao_Paulo", date(2018, 11, 4), utc(2018, 11, 4, 3), utc(2018, 11, 5, 2), id="no midnight"
        ),
        pytest.param("America/Havana", date(2018, 11, 4), utc(2018, 11, 4, 4), utc(2018, 11, 5, 5), id="two midnights"),
    ],
)
def test_day_is_from_midnight_to_midnight_of_the_tenant(
    db: None, zone: str, day: date, start: datetime, end: datetime
) -> None:
    tenant = baker.make(Tenant, timezone=zone)

    with tenant_scope(tenant):
        bounds = (day_start(day), day_end(day))

    assert bounds == (start, end)
    assert [bound.tzinfo for bound in bounds] == [UTC, UTC]


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 5, 1), 24)])
def test_day_of_a_clock_change_has_23_or_25_hours(in_acme: Tenant, day: date, hours: int) -> None:
    length = day_end(day) - day_start(day)

    assert length == timedelta(hours=hours)


def test_day_ends_where_the_next_one_starts(in_acme: Tenant) -> None:
    days = [date(2026, 1, 1) + timedelta(days=count) for count in range(366)]

    assert [day_end(day) for day in days[:-1]] == [day_start(day) for day in days[1:]]


@override_settings(TIME_ZONE="America/New_York")
def test_day_does_not_depend_on_the_servers_zone(in_acme: Tenant) -> None:
    assert day_start(date(2026, 1, 1)) == utc(2025, 12, 31, 23)


def test_day_without_scope_is_refused() -> None:
    with pytest.raises(TenantNotSet):
        day_start(date(2026, 1, 1))


def test_parse_reads_a_date_as_a_date(in_acme: Tenant) -> None:
    value = parse_day_or_instant("2026-01-31")

    assert (type(value), value) == (date, date(2026, 1, 31))


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-01-31T12:00:00Z", utc(2026, 1, 31, 12)),
        ("2026-01-31T12:00Z", utc(2026, 1, 31, 12)),
        ("2026-01-31T12:00:00.250000Z", utc(2026, 1, 31, 12) + timedelta(milliseconds=250)),
        ("2026-01-31T12:00:00+00:00", utc(2026, 1, 31, 12)),
        ("2026-01-31T12:00:00+05:30", utc(2026, 1, 31, 6, 30)),
        ("2026-01-31T12:00:00-08:00", utc(2026, 1, 31, 20)),
        ("2026-01-31 12:00:00Z", utc(2026, 1, 31, 12)),
        pytest.param("2026-01-31T12:00:00", utc(2026, 1, 31, 11), id="the tenant's winter"),
        pytest.param("2026-07-31T12:00:00", utc(2026, 7, 31, 10), id="the tenant's summer"),
    ],
)
def test_parse_reads_an_instant(in_acme: Tenant, text: str, instant: datetime) -> None:
    value = parse_day_or_instant(text)

    assert value == instant


def test_parse_reads_an_instant_without_offset_in_the_zone_of_the_scope(acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(acme):
        in_berlin = parse_day_or_instant("2026-01-31T12:00:00")
    with tenant_scope(globex):
        in_kolkata = parse_day_or_instant("2026-01-31T12:00:00")

    assert (in_berlin, in_kolkata) == (utc(2026, 1, 31, 11), utc(2026, 1, 31, 6, 30))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026",
        "2026-13-01",
        "2026-02-30",
        "31.01.2026",
        "2026-01-31T25:00:00",
        "1767225600",
        pytest.param("\0", id="NUL"),
        pytest.param("9" * 5000, id="5000 digits"),
    ],
)
def test_parse_refuses_an_invalid_date(in_acme: Tenant, text: str) -> None:
    with pytest.raises(ValueError, match=r"^Not a date \(2026-01-31\) or date-time \(2026-01-31T12:00:00Z\)\.$"):
        parse_day_or_instant(text)


def test_parse_error_explains_a_plus_decoded_as_a_space(in_acme: Tenant) -> None:
    with pytest.raises(ValueError, match=r"\(a '\+' in an address must be written %2B\)\.$"):
        parse_day_or_instant("2026-01-31T12:00:00 02:00")


@pytest.mark.parametrize("text", ["1970-01-01", "2200-12-31", "1970-01-01T00:00:00Z", "2200-12-31T23:59:59"])
def test_parse_reads_the_first_and_the_last_year(in_acme: Tenant, text: str) -> None:
    value = parse_day_or_instant(text)

    assert value.isoformat()[:10] == text[:10]


@pytest.mark.parametrize("text", ["1969-12-31", "2201-01-01", "0001-01-01", "9999-12-31", "9999-12-31T23:59:59-14:00"])
def test_parse_refuses_a_year_out_of_bounds(in_acme: Tenant, text: str) -> None:
    with pytest.raises(ValueError, match=r"^The year must lie between 1970 and 2200\.$"):
        parse_day_or_instant(text)


@pytest.mark.parametrize("day", [date(1970, 1, 1), date(2200, 12, 31)])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_day_has_bounds_in_the_first_and_the_last_year(db: None, zone: str, day: date) -> None:
    tenant = baker.make(Tenant, timezone=zone)

    with tenant_scope(tenant):
        length = day_end(day) - day_start(day)

    assert length == timedelta(days=1)
