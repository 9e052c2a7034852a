"""Time every list of the API: each filter and each pair of filters, in each ordering, the first page and a deep one.

The requests come from the schema that the service publishes, so a new list, filter or ordering is included by itself; a
filter whose values are neither in the schema nor in VALUES is an error. A deep page begins half-way between the sort
keys of the list's first row and its last one. A list of one page has no deep one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, product
from statistics import median
from typing import Any
from urllib.parse import urlencode

from django.core.signing import TimestampSigner

from bench.data import COMMON_NEEDLE
from bench.load import load, request_bytes
from bench.works import API, US, Asked
from harness.environment import PRODUCTION

LISTS, UNMARKED = "lists", "this service, LIKE not leakproof"
GOOD = 15.0  # milliseconds
RATIO = 3  # of SQLite to PostgreSQL
PAGING = {"cursor", "page_size", "count", "ordering"}  # not filters
SECONDS, LEAST_TIMES = 0.02, 3  # the time for each kind, and the least number of its timed requests
ARCHIVED = f"{API}orders/?archived=true&ordering="

_ORDERS, _TOTALS = "FROM orders_order WHERE tenant_id = 1", "WITHIN GROUP (ORDER BY total_cents) FROM orders_order"
_CUSTOMER = f"SELECT customer_id {_ORDERS} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
_ORDER = "SELECT order_id FROM orders_orderevent WHERE tenant_id = 1 GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
_MIDDLE = f"SELECT date(min(created_at) + (max(created_at) - min(created_at)) / 2) {_ORDERS}"
# Queries for values of a parameter: one that many rows have, one that few have. Those of an enum are in the schema.
VALUES = {
    # Of a seventh of the customers, of one in a hundred, of one.
    "email": (
        f"SELECT '{COMMON_NEEDLE}'",
        "SELECT '.99'",
        "SELECT email FROM customers_customer WHERE tenant_id = 1 ORDER BY id LIMIT 1",
    ),
    "customer": (_CUSTOMER,),
    "customer_id": (_CUSTOMER,),
    "order": (_ORDER,),
    "order_id": (_ORDER,),
    "created_from": (_MIDDLE, f"SELECT date(max(created_at)) {_ORDERS}"),
    "created_to": (_MIDDLE, f"SELECT date(min(created_at)) {_ORDERS}"),
    "min_total_cents": tuple(f"SELECT percentile_disc({part}) {_TOTALS}" for part in (0.5, 0.999)),
    "max_total_cents": tuple(f"SELECT percentile_disc({part}) {_TOTALS}" for part in (0.5, 0.001)),
}


@dataclass(frozen=True)
class Kind:
    """A page of a list. `address` is that of its first page."""

    address: str
    page: str

    def __str__(self) -> str:
        return f"{self.address}, {self.page} page"


@dataclass(frozen=True)
class Found:
    """The median milliseconds of a kind's requests, and the ids of its rows."""

    milliseconds: float
    ids: tuple[int, ...]


# Lists that are never long: an export is deleted after a month, and its tenant has five at once.
FEW_ROWS = ("/api/v1/exports/",)


def matrix(schema: dict[str, Any], value_of: Callable[[str], Any]) -> Iterator[tuple[str, dict[str, str], list[str]]]:
    """Yield path, filters and orderings of each list in the schema, with none, one and two of its filters.

    `value_of` returns the value that a query of VALUES finds. Raises KeyError for a parameter that has no values.
    """
    known: dict[str, list[str]] = {}

    def values(parameter: dict[str, Any]) -> list[str]:
        name, of = parameter["name"], parameter["schema"]
        if "enum" in of:
            return [word for word in of["enum"] if word != of.get("default")]
        if words := of.get("items", {}).get("enum"):
            return [*words, ",".join(words[:2])]
        if of.get("type") == "boolean":
            return ["true", "false"]
        if name not in known:
            known[name] = [str(value_of(query)) for query in VALUES[name]]
        return known[name]

    for path, operations in schema["paths"].items():
        parameters = [each for each in operations.get("get", {}).get("parameters", []) if "name" in each]
        orderings = [each["schema"]["enum"] for each in parameters if each["name"] == "ordering"]
        if not orderings or path in FEW_ROWS:
            continue
        ids = {each["name"]: values(each)[0] for each in parameters if each["in"] == "path"}
        filters = [
            [(each["name"], value) for value in values(each)]
            for each in parameters if each["in"] == "query" and each["name"] not in PAGING
        ]  # fmt: skip
        for some in (some for count in range(3) for some in combinations(filters, count)):
            for chosen in product(*some):
                yield path.format(**ids), dict(chosen), orderings[0]


class Lists:
    """The lists of a running server on the database."""

    def __init__(self, asked: Asked, contender: str) -> None:
        self._port, self._headers = asked.servers[contender].port, asked.headers
        self._value_of = asked.database.one

    def measure(self) -> dict[Kind, Found]:
        """Request each kind, and return what was found."""
        found: dict[Kind, Found] = {}
        schema = json.loads(self._ask(f"{API}schema?format=json", 0)[1])
        for path, filters, orderings in matrix(schema, self._value_of):
            first: dict[str, Any] = {}
            for ordering in orderings:
                address = f"{path}?{urlencode({**filters, 'ordering': ordering})}"
                found[Kind(address, "first")], first[ordering] = self._time(address)
            for ordering, page in first.items():
                if page["next"]:
                    address = f"{path}?{urlencode({**filters, 'ordering': ordering})}"
                    last = first[ordering[1:] if ordering.startswith("-") else f"-{ordering}"]["results"][0]
                    cursor = half_way(page["next_cursor"], path, ordering.lstrip("-"), page["results"][0], last)
                    found[Kind(address, "deep")], _ = self._time(f"{address}&{urlencode({'cursor': cursor})}")
        return found

    def _time(self, address: str) -> tuple[Found, dict[str, Any]]:
        page = json.loads(self._ask(address, 0)[1])  # warm-up
        times = self._ask(address, SECONDS)[0]
        while len(times) < LEAST_TIMES:
            times += self._ask(address, 0)[0]
        return Found(1000 * median(times), tuple(row["id"] for row in page["results"])), page

    def _ask(self, address: str, seconds: float) -> tuple[list[float], bytes]:
        answers = load(self._port, request_bytes(self._port, address, self._headers), 1, seconds)
        return answers.times, answers.last.partition(b"\r\n\r\n")[2]


def half_way(cursor: str, path: str, column: str, first: dict[str, Any], last: dict[str, Any]) -> str:
    """Return the list's cursor, moved half-way from its first row to its last one."""
    signer = TimestampSigner(key=PRODUCTION["SECRET_KEY"], salt=f"config.pagination {path}", fallback_keys=[])
    moved = {"value": between(first[column], last[column]), "id": between(first["id"], last["id"])}
    return signer.sign_object({**signer.unsign_object(cursor), **moved})


def between(first: Any, last: Any) -> Any:
    """Return a number, an ISO time or a text half-way from the first to the last, never beyond the last."""
    if first == last:
        return first
    if isinstance(first, int):
        return first + int((last - first) / 2)
    try:
        start, end = (datetime.fromisoformat(text.replace("Z", "+00:00")) for text in (first, last))
    except ValueError:
        place = next(place for place, (one, other) in enumerate(zip(first, last, strict=False)) if one != other)
        return first[:place] + chr(between(ord(first[place]), ord(last[place]))) + first[place + 1 :]
    return (start + (end - start) / 2).isoformat()


def measure(asked: Asked, size: int, contenders: tuple[str, ...]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the results of this service and of the contenders, and an error for each list that differs."""
    own = Lists(asked, US).measure()
    results, errors = [summary(own, own, size, US)], []
    for contender in contenders:
        if contender == UNMARKED:
            with asked.database.superuser(autocommit=True) as connection:
                connection.execute("ALTER FUNCTION pg_catalog.textlike(text, text) NOT LEAKPROOF")
                found = Lists(asked, US).measure()
                connection.execute("ALTER FUNCTION pg_catalog.textlike(text, text) LEAKPROOF")
        else:
            found = Lists(asked, contender).measure()
        results.append(summary(found, own, size, contender))
        errors += [
            f"{size:,} orders, {kind}: the rows of {contender} are not those of {US}"
            for kind in own | found if kind not in own or kind not in found or own[kind].ids != found[kind].ids
        ]  # fmt: skip
    return results, errors


def summary(found: dict[Kind, Found], own: dict[Kind, Found], size: int, contender: str) -> dict[str, Any]:
    """Return a contender's figures: of all kinds, of archived orders alone, and of the ten slowest kinds."""
    times = {kind: of.milliseconds for kind, of in found.items()}
    slowest = sorted(times, key=lambda kind: -times[kind])[:10]
    near = [time <= RATIO * own[kind].milliseconds for kind, time in times.items() if kind in own]
    return {
        "work": LISTS, "size": size, "contender": contender, "kinds": len(times),
        "median_ms": round(median(times.values()), 2), "slowest_ms": round(times[slowest[0]], 1),
        "good_share": round(sum(time <= GOOD for time in times.values()) / len(times), 4),
        "near_share": round(sum(near) / len(times), 4),
        "archived_ms": round(max(time for kind, time in times.items() if kind.address.startswith(ARCHIVED)), 2),
        "slowest": [{"kind": str(kind), "ms": round(times[kind], 1), "rows": len(found[kind].ids)} for kind in slowest],
    }  # fmt: skip
