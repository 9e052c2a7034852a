"""Model-based test: random histories of two tenants, in which every response, list and report equals the oracle's.

The suite has a short form of this and of tests/api/test_schema_fuzz.py. `make chaos` runs the full form: 500
histories of 50 steps, and some 35,000 requests drawn from the schema.
"""

from __future__ import annotations

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.comparing import Clock
from tests.model.machine import Machine


@pytest.mark.django_db(transaction=True)
def test_every_answer_is_the_oracles(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.datetime", Clock)

    run_state_machine_as_test(Machine, settings=hypothesis_settings())
