"""A tenant with rows of every model, and what it has in a form that two tenants can share."""

from __future__ import annotations

from datetime import datetime, timezone
from itertools import count
from typing import Any

from django.db import models

from apps.database import totals
from apps.tenancy.isolation import tenant_owned_models
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope
from tests.support.attacks import Marks
from tests.support.collecting import APPS

TIME = datetime(2024, 1, 7, 12, 0, 0, 654321, tzinfo=timezone.utc)  # to the microsecond
STALE = "reporting.StaleBuckets"  # buckets that the triggers have marked


def fill(tenant: Tenant, first_id: int = 7 * 10**9) -> None:
    """Write each app's `populate` rows; a model without any fails the test."""
    with tenant_scope(tenant):
        for app in APPS.values():
            app.populate(Marks(count(first_id), tenant.slug, TIME, 3, 1250))
        totals.settle()
        owned: dict[str, Any] = {model._meta.label: model for model in tenant_owned_models()}
        if STALE in owned:  # The rows of the triggers are gone.
            owned[STALE].objects.create(first=0, last=0)
        assert [label for label, model in owned.items() if not model.objects.exists()] == []


def content(tenant: Tenant) -> dict[str, list[dict[str, Any]]]:
    """Every row by model, without the tenant; each id is replaced by the row's place among its model's.

    The totals are brought up to date first, so that no buckets are stale.
    """
    owned: list[Any] = tenant_owned_models()
    with tenant_scope(tenant):
        totals.settle()
        ids = {model: list(model.objects.order_by("pk").values_list("pk", flat=True)) for model in owned}
        return {
            model._meta.label: [_placed(model, row, ids) for row in model.objects.order_by("pk")] for model in owned
        }


def _placed(model: Any, row: Any, ids: dict[Any, list[int]]) -> dict[str, Any]:
    placed = {}
    for field in model._meta.concrete_fields:
        value, key_of = getattr(row, field.attname), getattr(field, "related_model", None)
        if key_of is Tenant:
            continue
        if field.primary_key:
            key_of = model
        is_key = isinstance(field, models.ForeignKey) or field.primary_key
        placed[field.attname] = ids[key_of].index(value) if is_key and key_of in ids and value is not None else value
    return placed
