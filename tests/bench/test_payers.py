"""The cost for payers: drafts that are really paid, with the measured triggers and without."""

from __future__ import annotations

import pytest

from bench.data import Database
from bench.payers import CANCEL, PAY, PAYERS, Extent, Payments, in_turns, measure, row, transaction
from harness.postgresql import Cluster

SMALL = Extent(request_rounds=2, requests=2, payer_rounds=2, clients=3, payments=2)


@pytest.fixture(scope="module")
def filled():
    cluster = Cluster()
    database = Database(cluster, "filled")
    key = database.make_tenants()
    database.fill(80)
    yield database, key
    cluster.stop()


def test_transaction_of_a_payment_has_the_drafts_id_as_a_variable():
    statements = ["SET x", "BEGIN", "UPDATE o SET t = 170 WHERE id = 70", "INSERT (70)", "COMMIT", "SELECT 70"]

    assert transaction(statements, 70) == ["BEGIN", "UPDATE o SET t = 170 WHERE id = :id", "INSERT (:id)", "COMMIT"]


def test_ratio_is_the_median_of_the_rounds_ratios():
    measured = row(PAY, 80, [(1, 1), (10, 20), (15, 15)])

    assert (measured["without"]["median"], measured["with"]["median"], measured["ratio"]["median"]) == (10, 15, 1)


@pytest.mark.postgresql
def test_every_draft_is_paid_on_both_sides(filled):
    rows, errors = measure(*filled, 80, SMALL)

    assert [found["work"] for found in rows] == [PAY, CANCEL, PAYERS]
    assert errors == []


@pytest.mark.postgresql
def test_sides_differ_by_the_measured_triggers_and_take_turns_at_going_first(filled):
    database, _ = filled
    enabled = "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'orders_order'::regclass AND tgenabled = 'O'"
    seen = []

    def side():
        seen.append(database.one(enabled))
        return {PAY: seen[-1]}

    sides = in_turns(database, 2, side)

    without, complete = min(seen), max(seen)
    assert seen == [complete, without, without, complete]
    assert sides == {PAY: [(without, complete)] * 2}
    assert without < complete == database.one(enabled)


@pytest.mark.postgresql
def test_drafts_that_stay_unpaid_are_counted(filled):
    payments = Payments(filled[0], None, "no key")

    rate = payments.rate(["BEGIN", "SELECT :id", "COMMIT"], SMALL)

    assert payments.failed == 6
    assert rate[PAYERS] > 0
