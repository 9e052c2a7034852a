"""What the two fuzzes of the API share: the committed schema, the checks, and ids that exist."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import schemathesis
import yaml
from hypothesis import settings as hypothesis_settings
from schemathesis.config import SchemathesisConfig

from apps.customers.models import Customer
from apps.orders.models import Item, Order

CHECKS = {
    # What is also wrong may be found first: a row that is not there, one that has changed.
    "negative_data_rejection": {"expected-statuses": [400, 404, 409, 412, 415, 422]},
    # The schema cannot say which ids exist, which cursors were signed, or how two bounds relate.
    "positive_data_acceptance": {"enabled": False},
}
DOCUMENT = yaml.safe_load((Path(__file__).parents[1] / "docs/openapi.yaml").read_text())
OPERATIONS = [(path, method) for path, operations in DOCUMENT["paths"].items() for method in operations]
for path, method in OPERATIONS:
    # Keys have tests of their own, here each request has one.
    del DOCUMENT["paths"][path][method]["security"]
# Over 2,000 requests in the suite: 30 of each mode to each operation, and 30 walks along the links.
SETTINGS = hypothesis_settings(max_examples=max(30, hypothesis_settings().max_examples), stateful_step_count=20)


def schema() -> Any:
    """The committed schema, with the checks."""
    return schemathesis.openapi.from_dict(DOCUMENT, config=SchemathesisConfig.from_dict({"checks": CHECKS}))


def rows() -> dict[str, list[int]]:
    """The ids of the current tenant's rows by kind."""
    models = {"customer": Customer, "order": Order, "item": Item}
    return {name: list(model.objects.order_by("pk").values_list("pk", flat=True)) for name, model in models.items()}


def aim(rows: dict[str, list[int]], case: Any, path: str) -> None:
    """Let most ids in a case's address, parameters and body be those of `rows`, and keep sample data small."""
    for named, own in ((case.path_parameters, path.split("/")[3].removesuffix("s")), (case.query, ""), (case.body, "")):
        for name, value in named.items() if isinstance(named, dict) else ():
            ids = rows.get(own if name == "id" else name.removesuffix("_id"))
            if ids and isinstance(value, int) and value % 4:
                named[name] = ids[value % len(ids)]
    if isinstance(case.body, dict) and "customers" in case.body:
        case.body["customers"] = min(case.body["customers"], 2)  # Thousands of rows would take all the time.
