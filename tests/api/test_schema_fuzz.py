"""Whatever is sent, the answer is in the committed schema; what the schema does not allow is refused.

The full form is run with that of tests/model/test_model.py, which names the command.
"""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import given
from schemathesis.generation import GenerationMode

from apps.devtools import services
from apps.tenancy import keys
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope
from tests.isolation.two_tenants import undone
from tests.support.fuzzing import CASES, SETTINGS, aim, rows, schema

SCHEMA = schema()
SCHEMA.app = WSGIHandler()


class Client:
    """A new tenant with sample data, whose ids are `rows` by model; `call` is how it sends a case."""

    def __init__(self) -> None:
        tenant = Tenant.objects.create(slug="acme", name="Acme")
        key = keys.issue_key(tenant=tenant)
        self.call = {"base_url": "https://localhost", "headers": {"Authorization": f"Bearer {key}"}}
        with tenant_scope(tenant):
            services.seed(customers=4, orders_per_customer=4, items_per_order=2, seed=42)
            self.rows = rows()


@pytest.fixture
def requests_keep_the_connection():
    """A WSGI call would close the connection that the test's transaction lives on."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("db", "requests_keep_the_connection")
@pytest.mark.parametrize(("path", "method", "mode"), CASES)
def test_whatever_is_sent_the_answer_is_in_the_schema(path, method, mode):
    client = Client()

    @SETTINGS
    @given(case=SCHEMA[path][method].as_strategy(generation_mode=GenerationMode(mode)))
    def check(case: schemathesis.Case) -> None:
        if mode == "positive":
            aim(client.rows, case, path)
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
            if case.meta.generation.mode.is_positive:
                aim(self.client.rows, case, case.path)

        def get_call_kwargs(self, case: schemathesis.Case) -> dict[str, Any]:
            return self.client.call

    Machine.run(settings=SETTINGS)
