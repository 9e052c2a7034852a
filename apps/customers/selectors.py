from __future__ import annotations

from django.db.models import QuerySet

from apps.customers.models import Customer


def customer_list() -> QuerySet[Customer]:
    """All customers of the current tenant."""
    return Customer.objects.all()
