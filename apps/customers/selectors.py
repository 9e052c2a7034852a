from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from apps.customers.models import Customer
from apps.database.compiled import Parameter, compiled


def customer_list() -> QuerySet[Customer]:
    """All customers of the current tenant."""
    return Customer.objects.all()


def customer_exists(customer_id: int) -> bool:
    """Whether the current tenant has such a customer."""
    return bool(_by_id()(customer_id))


@compiled
def _by_id() -> QuerySet[Any, Any]:
    return customer_list().filter(pk=Parameter(0)).values_list("pk")
