"""Shared by the two schema fuzz tests: the committed schema, the checks, and ids that exist."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import schemathesis
from hypothesis import settings as hypothesis_settings
from schemathesis.config import SchemathesisConfig

from tests.support import kinds

CHECKS = {
    # Another error may be found first, such as a missing row or a stale ETag.
    "negative_data_rejection": {"expected-statuses": [400, 404, 409, 412, 415, 422]},
    # The schema cannot say which ids exist, which cursors were signed, or how two bounds relate.
    "positive_data_acceptance": {"enabled": False},
}
DOCUMENT = deepcopy(kinds.DOCUMENT)
OPERATIONS = [(path, method) for path, operations in DOCUMENT["paths"].items() for method in operations]
for path, method in OPERATIONS:
    # Every request has an API key; tests/tenancy tests requests without one.
    del DOCUMENT["paths"][path][method]["security"]
# Each operation in both modes. One without parameters and body has nothing that could be wrong.
CASES = [
    (path, method, mode)
    for path, method in OPERATIONS
    for mode in ("positive", "negative")
    if mode == "positive" or {"parameters", "requestBody"} & DOCUMENT["paths"][path][method].keys()
]
# Over 2,000 requests in the suite: 30 of each mode to each operation, and 30 walks along the links.
SETTINGS = hypothesis_settings(max_examples=max(30, hypothesis_settings().max_examples), stateful_step_count=20)


def schema() -> Any:
    """Load the committed schema, with the checks."""
    return schemathesis.openapi.from_dict(DOCUMENT, config=SchemathesisConfig.from_dict({"checks": CHECKS}))


def rows() -> dict[kinds.Model, list[int]]:
    """The ids of the current tenant's rows, for each model that has a list."""
    return {
        model: list(model.objects.order_by("pk").values_list("pk", flat=True)) for model in kinds.collections().values()
    }


def aim(rows: dict[kinds.Model, list[int]], case: Any, path: str) -> None:
    """Replace most ids in a case's path, query and body by ids of `rows`, and keep sample data small."""
    for named, kind_of in (
        (case.path_parameters, kinds.of_parameter),
        (case.query, kinds.of_query),
        (case.body, kinds.of_field),
    ):
        for name, value in named.items() if isinstance(named, dict) else ():
            ids = rows.get(kind_of(path, name))
            if ids and isinstance(value, int) and value % 4:
                named[name] = ids[value % len(ids)]
    if isinstance(case.body, dict) and "customers" in case.body:
        case.body["customers"] = min(case.body["customers"], 2)  # Thousands of rows would take too long.
