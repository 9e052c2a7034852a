"""Work out docs/capacity.md from footprint.json: `python -m bench.capacity` writes the tables between its markers.

Assumptions are constants here, and the page lists them.
"""

from __future__ import annotations

import json
import math
from typing import Any

from harness.machine import ROOT
from harness.markers import replace_between

PAGE = ROOT / "docs/capacity.md"
FOOTPRINT = ROOT / "bench/footprint.json"
COUNTS = ROOT / "tests/api/query_counts.json"
RATES = (100, 1_000, 10_000)  # requests per second
# Requests of a hundred, by the names of bench.footprint.
MIX = {"order list": 55, "order": 30, "summary": 5, "create an order, with a key": 5, "pay an order": 5}
CREATE, PAY = "create an order, with a key", "pay an order"
# Operations in COUNTS. The summary's there has dates, and no operation there sends a key.
COUNTED = {"order list": "GET orders/", "order": "GET orders/{id}/", "create an order": "POST orders/",
           PAY: "POST orders/{id}/pay/"}  # fmt: skip
SLOWER = 2  # times the processor time here that the same work takes on a vCPU of Fargate or RDS
BUSY = 0.5  # of the processors, at most
FEWEST_TASKS = 2  # in different zones
CONNECTIONS = 4  # of a web process, which has a vCPU of its own
LARGEST = 64  # vCPU of the largest primary considered
STORAGE = 64 * 2**40  # bytes that a volume of RDS holds
FREEZE, WRAPAROUND = 200_000_000, 2**31  # transaction ids: autovacuum_freeze_max_age, and all there are
DAY, YEAR = 86_400, 365


def tables(footprint: dict[str, Any]) -> dict[str, str]:
    """Return the Markdown table of each marker."""
    return {"measured": _measured(footprint), "bytes": _bytes(footprint), "rates": _rates(footprint),
            "primary": _primary(footprint), "largest": _largest(footprint)}  # fmt: skip


def rendered(page: str, footprint: dict[str, Any]) -> str:
    """Return the page with its tables made again."""
    for name, table in tables(footprint).items():
        page = replace_between(page, name, table)
    return page


def of_the_mix(footprint: dict[str, Any], figure: str) -> float:
    """Return a figure of the average request."""
    return sum(share * footprint["requests"][work][figure] for work, share in MIX.items()) / 100


def bytes_per_order(footprint: dict[str, Any]) -> float:
    """Return the bytes that an order takes with its items and events, and its share of customers and totals."""
    sizes = footprint["tables"].values()
    total = sum(size["table_bytes"] + size["index_bytes"] for size in sizes)
    return total / footprint["tables"]["orders_order"]["rows"]


def _measured(footprint: dict[str, Any]) -> str:
    counts = json.loads(COUNTS.read_text())
    rows = [
        (
            work,
            f"{MIX.get(work, 0)} %",
            counts.get(COUNTED.get(work), ""),
            found["service_cpu_ms"],
            found["database_cpu_ms"],
            f"{found['log_bytes']:,}",
            f"{found['transaction_ids']:g}",
        )
        for work, found in footprint["requests"].items()
    ]
    average = (f"{of_the_mix(footprint, figure):,.3g}" for figure in ("service_cpu_ms", "database_cpu_ms"))
    log, ids = (of_the_mix(footprint, figure) for figure in ("log_bytes", "transaction_ids"))
    rows.append(("**average of the mix**", "100 %", "", *average, f"{log:,.0f}", f"{ids:.2g}"))
    return _table(
        ("request", "share", "statements", "service, CPU ms", "PostgreSQL, CPU ms", "WAL, bytes", "transaction ids"),
        rows)  # fmt: skip


def _bytes(footprint: dict[str, Any]) -> str:
    orders = footprint["tables"]["orders_order"]["rows"]
    rows = [
        (f"`{table}`", f"{size['rows'] / orders:.3g}", *(f"{size[kind] / orders:,.0f}" for kind in kinds))
        for kinds in [("table_bytes", "index_bytes")]
        for table, size in footprint["tables"].items()
    ]
    sums = (sum(size[kind] for size in footprint["tables"].values()) for kind in ("table_bytes", "index_bytes"))
    rows.append(("**all**", "", *(f"{total / orders:,.0f}" for total in sums)))
    return _table(("table", "rows per order", "table, bytes per order", "indexes, bytes per order"), rows)


def _rates(footprint: dict[str, Any]) -> str:
    service, database = (of_the_mix(footprint, f"{part}_cpu_ms") for part in ("service", "database"))
    rows = []
    for rate in RATES:
        tasks = max(FEWEST_TASKS, math.ceil(_vcpu(rate, service)))
        in_transactions = rate * (service + database) * SLOWER / 1000
        pool = max(FEWEST_TASKS, math.ceil(in_transactions / BUSY))
        rows.append((f"{rate:,}", tasks, math.ceil(_vcpu(rate, database)), tasks * CONNECTIONS,
                     2 * tasks * CONNECTIONS, pool))  # fmt: skip
    return _table(
        ("requests/s", "web tasks of 1 vCPU", "database, vCPU", "connections of the tasks", "during a deployment",
         "behind one shared PgBouncer"), rows)  # fmt: skip


def _primary(footprint: dict[str, Any]) -> str:
    rows = []
    log, ids = (of_the_mix(footprint, figure) for figure in ("log_bytes", "transaction_ids"))
    for rate in RATES:
        orders = rate * MIX[CREATE] / 100
        a_year = orders * DAY * YEAR * bytes_per_order(footprint)
        stored = orders * DAY * footprint["bytes_of_a_stored_response"]
        rows.append((
            f"{rate:,}", _short(rate * ids), f"{_short(a_year / 1e12)} TB", f"{_short(STORAGE / a_year)} years",
            f"{_short(stored / 1e9)} GB", f"{_short(rate * log / 1e6)} MB/s",
            f"{_short(FREEZE / (rate * ids) / DAY)} days", f"{_short(WRAPAROUND / (rate * ids) / DAY)} days",
        ))  # fmt: skip
    return _table(
        ("requests/s", "changes/s", "growth a year", "until 64 TiB", "stored responses, a day", "WAL, at most",
         "freeze at least every", "until wraparound"), rows)  # fmt: skip


def _largest(footprint: dict[str, Any]) -> str:
    costs = {"requests of the mix": of_the_mix(footprint, "database_cpu_ms")}
    costs |= {f"{work}, alone": footprint["requests"][work]["database_cpu_ms"] for work in (CREATE, PAY)}
    rows = [(name, f"{LARGEST / _vcpu(1, cost):,.0f}") for name, cost in costs.items()]
    return _table((f"a primary of {LARGEST} vCPU", "a second"), rows)


def _vcpu(rate: float, milliseconds: float) -> float:
    return rate * milliseconds * SLOWER / 1000 / BUSY


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 10 else f"{number:.2g}"


def _table(heads: tuple[str, ...], rows: list[Any]) -> str:
    lines = [heads, ("---", *["---:"] * (len(heads) - 1)), *rows]
    return "\n".join(f"| {' | '.join(map(str, cells))} |" for cells in lines)


def main() -> None:
    footprint = json.loads(FOOTPRINT.read_text())
    PAGE.write_text(rendered(PAGE.read_text(), footprint))


if __name__ == "__main__":
    main()
