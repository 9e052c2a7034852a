"""docs/capacity.md shows what its module computes from the committed figures."""

from __future__ import annotations

import json

import pytest

from bench import capacity

FOOTPRINT = json.loads(capacity.FOOTPRINT.read_text())


def test_page_shows_the_computed_tables():
    page = capacity.PAGE.read_text()

    assert [name for name in capacity.tables(FOOTPRINT) if f"<!-- {name}:begin -->" not in page] == []
    assert capacity.rendered(page, FOOTPRINT) == page, "run: .venv/bin/python -m bench.capacity"


def test_mix_consists_of_measured_requests():
    assert sum(capacity.MIX.values()) == 100
    assert set(capacity.MIX) <= set(FOOTPRINT["requests"])


def test_load_is_computed_from_the_footprint():
    cost = {"service_cpu_ms": 10, "database_cpu_ms": 5, "log_bytes": 1_000, "transaction_ids": 1}
    table = {"rows": 10, "table_bytes": 600, "index_bytes": 400}
    footprint = {
        "requests": dict.fromkeys(capacity.MIX, cost),
        "tables": {"orders_order": table},
        "bytes_of_a_stored_response": 1,
    }

    assert capacity.of_the_mix(footprint, "database_cpu_ms") == pytest.approx(5)
    assert capacity.bytes_per_order(footprint) == 100
    # 1,000 requests of 10 ms, twice as slow, half busy: 40 vCPU; of 5 ms: 20. 30 are in a transaction.
    assert "| 1,000 | 40 | 20 | 160 | 320 | 60 |" in capacity.tables(footprint)["rates"]
