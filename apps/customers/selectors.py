from __future__ import annotations

from functools import cache

from django.db.models import QuerySet

from apps.customers.models import Customer
from apps.tenancy.compiled import Compiled, Parameter


def customer_list() -> QuerySet[Customer]:
    """All customers of the current tenant."""
    return Customer.objects.all()


def customer_exists(customer_id: int) -> bool:
    """Whether the current tenant has such a customer."""
    return bool(_by_id()(customer_id))


@cache
def _by_id() -> Compiled:
    return Compiled(customer_list().filter(pk=Parameter(0)).values_list("pk"))
