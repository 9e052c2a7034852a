"""Buckets: quarters of an hour, numbered from 1970-01-01T00:00Z, in which the revenue of orders is added up.

Since 1980 each day begins with a bucket, whatever time zone a tenant has or will have: every UTC offset is a multiple
of a quarter of an hour (https://www.iana.org/time-zones). Before, two zones had days that began inside a bucket;
reports read the orders of such buckets."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, Case, Expression, F, Func, IntegerField, Q, Value, When

SECONDS = 900
PER_DAY = 24 * 3600 // SECONDS
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Range(NamedTuple):
    """Buckets from `start` up to `end`, which is not included."""

    start: int
    end: int


ALL = Range(-(2**40), 2**40)  # more than a timestamp can hold


class Segment(NamedTuple):
    """A stretch of buckets with one UTC offset, in seconds."""

    start: int
    end: int
    offset: int


def bucket_of(instant: datetime) -> int:
    """Return the number of the bucket that contains `instant`."""
    return (instant - _EPOCH) // timedelta(seconds=SECONDS)


def starts_at(bucket: int) -> datetime:
    """Return the first instant of a bucket, in UTC."""
    return _EPOCH + timedelta(seconds=SECONDS * bucket)


def sql_bucket(vendor: str, column: str) -> str:
    """Return SQL for the number of the bucket that contains the time in `column`."""
    if vendor == "postgresql":
        return f"floor(extract(epoch FROM {column}) / {SECONDS})::bigint"
    # Integer division truncates towards zero, so the remainder is made positive first.
    epoch = f"CAST(strftime('%s', {column}) AS INTEGER)"
    return f"(({epoch} - ({epoch} % {SECONDS} + {SECONDS}) % {SECONDS}) / {SECONDS})"


def sql_start(vendor: str, bucket: str) -> str:
    """Return SQL for the first instant of the bucket with the number `bucket`, in the column type of a time."""
    if vendor == "postgresql":
        return f"to_timestamp({bucket} * {SECONDS})"
    return f"datetime({bucket} * {SECONDS}, 'unixepoch')"


class BucketOf(Func):
    """The number of the bucket that contains a time."""

    output_field = BigIntegerField()

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> tuple[str, Any]:
        column, params = compiler.compile(self.source_expressions[0])
        return sql_bucket(connection.vendor, column).replace("%", "%%"), params


def merged(ranges: list[Range]) -> list[Range]:
    """Return the same buckets as disjoint ranges, in order."""
    result: list[Range] = []
    for range_ in sorted(ranges):
        if result and range_.start <= result[-1].end:
            result[-1] = Range(result[-1].start, max(result[-1].end, range_.end))
        else:
            result.append(range_)
    return result


def having(ranges: list[Range]) -> Q:
    """Return the condition for a row whose `bucket` lies in one of the ranges; there must be at least one."""
    condition = Q()
    for start, end in ranges:
        condition |= Q(bucket__gte=start, bucket__lt=end)
    return condition


def paid_in(ranges: list[Range]) -> Q:
    """Return the condition for an order that was paid in one of the ranges; there must be at least one."""
    condition = Q()
    for start, end in ranges:
        condition |= Q(paid_at__gte=starts_at(start), paid_at__lt=starts_at(end))
    return condition


def segments(buckets: Range, zone: ZoneInfo) -> Iterator[Segment]:
    """Yield the stretches of `buckets` in which the zone's UTC offset does not change."""
    start, offset = buckets.start, _offset(buckets.start, zone)
    known = start
    while known < buckets.end:
        ahead = min(known + PER_DAY, buckets.end)
        if _offset(ahead, zone) != offset:
            # No zone changes its offset twice a day, so bisect for the only change.
            while ahead - known > 1:
                middle = (known + ahead) // 2
                known, ahead = (middle, ahead) if _offset(middle, zone) == offset else (known, middle)
            if ahead < buckets.end:
                yield Segment(start, ahead, offset)
                start, offset = ahead, _offset(ahead, zone)
        known = ahead
    yield Segment(start, buckets.end, offset)


def _offset(bucket: int, zone: ZoneInfo) -> int:
    offset: Any = starts_at(bucket).astimezone(zone).utcoffset()
    return int(offset.total_seconds())


def day_of_bucket(stretches: list[Segment]) -> Expression:
    """Return an expression for the local day of `bucket`, in days since 1970-01-01.

    Arithmetic takes a tenth of the time of the database's conversion to a time zone.
    """
    *earlier, last = stretches
    local: Any = F("bucket") * SECONDS + Value(last.offset)
    if earlier:
        local = Case(
            *(When(bucket__lt=end, then=F("bucket") * SECONDS + Value(offset)) for _, end, offset in earlier),
            default=local,
            output_field=BigIntegerField(),
        )
    return Func(local, template="(%(expressions)s) / 86400", output_field=IntegerField())
