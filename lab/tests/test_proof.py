"""Whatever must not count as a proof, tested from end to end."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.core.loader import all_faults
from lab.proving.proof import verify

# The fault of `archived-revenue`, changed in one place.
FAULT = """
from dataclasses import replace

from apps.orders.lifecycle import REVENUE_STATUSES
from apps.orders.models import Order
from lab.core.loader import find_faults
from lab.core.fault import Decoy, Seam


def revenue_orders():
    return Order.objects.filter(status__in=REVENUE_STATUSES, archived_at__isnull=True)


def issue_key(*, tenant, name="", scope="", expires_at=None):
    raise LookupError("no keys today")


(ORIGINAL,) = find_faults(["archived-revenue"])
FAULT = replace(ORIGINAL, slug="changed", {change})
"""


def verified(tmp_path: Path, change: str) -> dict[str, list[str]]:
    (tmp_path / "changed.py").write_text(FAULT.replace("{change}", change))
    proofs = verify(all_faults(tmp_path), databases=["sqlite"], seed=1, folder=tmp_path)
    return {proof.state: proof.problems for proof in proofs}


def test_a_decoy_that_is_right_is_reported(tmp_path):
    change = (
        'decoys=(ORIGINAL.decoys[0], Decoy("", "", (Seam("apps.orders.selectors:revenue_orders", revenue_orders),)))'
    )

    assert verified(tmp_path, change) == {
        "on": [],
        "off": [],
        "decoy 1": [],
        "decoy 2": ["no test sees that the decoy is wrong: it cures the fault, or a test is missing"],
    }


def test_a_test_that_is_not_there_is_reported(tmp_path):
    found = verified(tmp_path, 'tests={"tests/orders/test_views.py::test_nothing": "x"}')

    assert set(found) == {"on", "off", "decoy 1", "decoy 2"}
    assert all(problem.startswith("no test ran: ") for problems in found.values() for problem in problems)
    assert all(found.values())


def test_a_seam_that_is_gone_is_reported_and_nothing_is_run(tmp_path):
    change = 'changes=(Seam("apps.orders.selectors:revenues", revenue_orders),)'

    assert verified(tmp_path, change) == {
        "on": ["There is no apps.orders.selectors:revenues: was it renamed or moved?"]
    }


@pytest.mark.parametrize("test", ["tests/orders/test_views.py::test_item_cannot_move_to_another_order"])
def test_an_error_outside_the_test_is_reported(tmp_path, test):
    change = f'tests={{"{test}": "no keys today"}}, changes=(Seam("apps.tenancy.keys:issue_key", issue_key),)'

    found = verified(tmp_path, change)

    assert found["on"] == [f"{test} had an error outside the test itself with the fault on"]
    assert found["off"] == []
