"""The peers of `make bench`: FastAPI with and without this service's work, in every workload."""

from __future__ import annotations

import pytest
from psycopg.conninfo import conninfo_to_dict

from bench.data import Database
from bench.report import goals
from bench.works import (
    COMMON,
    CREATE,
    DEEP,
    FAIR,
    FASTAPI,
    LIST,
    POOLED,
    RARE,
    SUMMARY,
    US,
    Asked,
    environment_of,
    works,
)  # fmt: skip
from harness.postgresql import Cluster

WORKS = [LIST, SUMMARY, DEEP, COMMON, RARE, CREATE]


@pytest.fixture(scope="module")
def filled():
    cluster = Cluster()
    database = Database(cluster, "filled")
    key = database.make_tenants()
    database.fill(40)
    yield database, key
    cluster.stop()


def test_every_workload_has_this_service_and_the_fastapi_peers(filled):
    database, key = filled

    measured = works(40, database, Asked({}, database, key))

    assert [work.name for work in measured] == WORKS
    for work in measured:
        assert {US, FASTAPI, FAIR, POOLED} <= work.addresses.keys(), work.name


def test_peer_with_the_same_work_has_the_role_of_this_service(filled):
    database, _ = filled

    roles = {
        name: conninfo_to_dict(environment_of(name, database, {})[variable])["user"]
        for name, variable in ((US, "DATABASE_URL"), *((peer, "PEER_DATABASE_URL") for peer in (FAIR, POOLED, FASTAPI)))
    }

    assert roles == {US: "orders_app", FAIR: "orders_app", POOLED: "orders_app", FASTAPI: "orders_ops"}


def test_being_ahead_of_the_same_work_is_a_goal_of_every_workload_and_size():
    results = [
        {"work": work, "size": size, "contender": name, "requests_per_second": rate, "milliseconds": 1}
        for size in (1_600, 100_000)
        for work in WORKS
        for name, rate in ((US, 10 if work == SUMMARY else 30), (FAIR, 20), (POOLED, 20))
    ]

    rows = [row for row in goals({"results": results}) if FAIR in row]

    assert rows == [
        f"| {size}: {work}, ahead of {peer} | {'0.50 x | **no**' if work == SUMMARY else '1.50 x | yes'} |"
        for size in ("1,600", "100,000")
        for work in WORKS
        for peer in (FAIR, POOLED)
    ]
