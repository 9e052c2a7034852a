"""Whatever is sent, the answer is in the committed schema; what the schema does not allow is refused.

The full form is run with that of tests/model/test_model.py, which names the command.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode

from apps.customers.models import Customer
from apps.devtools import services
from apps.orders.models import Item, Order
from apps.tenancy import keys
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope
from tests.two_tenants import undone

CHECKS = {
    # What is also wrong may be found first: a row that is not there, one that has changed.
    "negative_data_rejection": {"expected-statuses": [400, 404, 409, 412, 415, 422]},
    # The schema cannot say which ids exist, which cursors were signed, or how two bounds relate.
    "positive_data_acceptance": {"enabled": False},
}
DOCUMENT = yaml.safe_load((Path(__file__).parents[2] / "docs/openapi.yaml").read_text())
OPERATIONS = [(path, method) for path, operations in DOCUMENT["paths"].items() for method in operations]
for path, method in OPERATIONS:
    # Keys have tests of their own, here each request has one.
    del DOCUMENT["paths"][path][method]["security"]
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT, config=SchemathesisConfig.from_dict({"checks": CHECKS}))
SCHEMA.app = WSGIHandler()
# Over 2,000 requests in the suite: 30 of each mode to each operation, and 30 walks along the links.
SETTINGS = hypothesis_settings(max_examples=max(30, hypothesis_settings().max_examples), stateful_step_count=20)
ROWS = {"customer": Customer, "order": Order, "item": Item}


class Client:
    """A new tenant with sample data, whose ids are `rows` by kind; `call` is how it sends a case."""

    def __init__(self) -> None:
        tenant = Tenant.objects.create(slug="acme", name="Acme")
        key = keys.issue_key(tenant=tenant)
        self.call = {"base_url": "https://localhost", "headers": {"Authorization": f"Bearer {key}"}}
        with tenant_scope(tenant):
            services.seed(customers=4, orders_per_customer=4, items_per_order=2, seed=42)
            self.rows = {
                name: list(model.objects.order_by("pk").values_list("pk", flat=True)) for name, model in ROWS.items()
            }

    def aim(self, named: Any, own: str = "") -> None:
        """Let most ids among parameters or a body's fields be those of rows; `own` is what `id` is the id of."""
        for name, value in named.items():
            ids = self.rows.get(own if name == "id" else name.removesuffix("_id"))
            if ids and value % 4:
                named[name] = ids[value % len(ids)]


@pytest.fixture
def requests_keep_the_connection():
    """A WSGI call would close the connection that the test's transaction lives on."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("db", "requests_keep_the_connection")
@pytest.mark.parametrize("mode", ["positive", "negative"])
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_whatever_is_sent_the_answer_is_in_the_schema(path, method, mode):
    client = Client()

    @SETTINGS
    @given(case=SCHEMA[path][method].as_strategy(generation_mode=GenerationMode(mode)))
    def check(case: schemathesis.Case) -> None:
        if mode == "positive":
            client.aim(case.path_parameters, own=path.split("/")[3].removesuffix("s"))
            client.aim(case.query)
            if isinstance(case.body, dict):
                client.aim(case.body)
                if "customers" in case.body:  # Thousands of rows of sample data would take all the time.
                    case.body["customers"] = min(case.body["customers"], 2)
        with undone():
            case.call_and_validate(**client.call)

    check()


@pytest.mark.django_db(transaction=True)
def test_whatever_is_done_with_what_was_created_is_in_the_schema():
    class Machine(SCHEMA.as_state_machine()):
        def setup(self) -> None:
            # A run that is repeated, to shrink it, has to find the same ids.
            call_command("flush", verbosity=0, interactive=False, reset_sequences=True, inhibit_post_migrate=True)
            self.client = Client()

        def before_call(self, case: schemathesis.Case) -> None:
            if case.meta.generation.mode.is_positive and isinstance(case.body, dict):
                self.client.aim(case.body)

        def get_call_kwargs(self, case: schemathesis.Case) -> dict[str, Any]:
            return self.client.call

    Machine.run(settings=SETTINGS)
