"""If an app's `attacks.py` lacks something, the test fails with one sentence: the file and what to add."""

from __future__ import annotations

from copy import deepcopy

import pytest

from tests.isolation.matrix import Operation
from tests.isolation.test_attacks import OPERATIONS
from tests.isolation.two_tenants import World
from tests.support import collecting, kinds
from tests.support.collecting import Attacks, load


def failure_of(call) -> str:
    with pytest.raises(pytest.fail.Exception) as failure:
        call()
    return str(failure.value)


def test_an_app_without_the_file_has_no_attacks():
    assert load("nowhere") == Attacks("tests/nowhere/attacks.py")


def test_missing_rows_of_a_list_are_named(acme, globex, monkeypatch):
    for label in [*collecting.APPS]:
        if label != "customers":  # the other apps' rows refer to customers
            monkeypatch.setitem(collecting.APPS, label, Attacks(f"tests/{label}/attacks.py"))

    assert failure_of(lambda: World(acme, globex)).startswith(
        "tests/orders/attacks.py must define populate(marks) and write rows of "
    )


@pytest.mark.parametrize(
    ("table", "name", "label", "kind", "sentence"),
    [
        (
            "filters",
            "created_from",
            "GET orders/",
            "filter",
            "tests/orders/attacks.py must have a list of values for 'created_from' in FILTERS, because none follows "
            "from the type of this parameter of GET orders/.",
        ),
    ],
)
def test_missing_values_of_a_parameter_are_named(acme, globex, monkeypatch, table, name, label, kind, sentence):
    world, operation = World(acme, globex), OPERATIONS[label]
    monkeypatch.delitem(getattr(operation.app, table), name)

    def attack() -> None:
        with world.with_theirs():
            operation.attacks(kind, world)

    assert failure_of(attack) == sentence


def test_missing_value_of_a_field_is_named(acme, globex):
    document = deepcopy(kinds.DOCUMENT)
    document["components"]["schemas"]["CustomerRequest"]["properties"]["name"] = {"type": "string", "pattern": "^x"}
    operation = Operation(document, "/api/v1/customers/", "post")

    assert failure_of(lambda: operation.own_request(World(acme, globex))) == (
        "tests/customers/attacks.py must have a value for 'name' in VALUES, because none follows from the type of this "
        "field of POST customers/."
    )


def test_failure_of_a_refused_request_names_rows_and_values(acme, globex, monkeypatch):
    world, operation = World(acme, globex), OPERATIONS["POST customers/"]
    monkeypatch.setitem(operation.app.values, "email", "nobody")

    sentence = failure_of(lambda: operation.own_request(world))

    assert sentence.startswith(
        "tests/customers/attacks.py must let POST customers/ succeed by rows of populate(marks) or VALUES of its fields"
    )


@pytest.mark.parametrize(
    ("path", "name", "model"),
    [
        ("/api/v1/orders/{id}/pay/", "id", "Order"),
        ("/api/v1/customers/{customer_id}/orders/", "customer_id", "Customer"),
    ],
)
def test_path_parameter_has_a_model(path, name, model):
    assert kinds.of_parameter(path, name).__name__ == model


@pytest.mark.parametrize(("path", "name", "model"), [("orders", "customer", "Customer"), ("items", "order", "Order")])
def test_field_and_filter_of_a_foreign_key_have_its_model(path, name, model):
    assert kinds.of_field(f"/api/v1/{path}/", name).__name__ == model
    assert kinds.of_query(f"/api/v1/{path}/", name).__name__ == model
    assert kinds.of_field(f"/api/v1/{path}/", "quantity") is None
