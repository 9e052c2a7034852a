from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from apps.customers.models import Customer
from apps.errors import Conflict, violation


class CustomerEmailTaken(Conflict):
    """Another customer of the tenant has this e-mail address."""


class CustomerHasOrders(Conflict):
    """A customer with orders is part of the books and cannot be deleted."""


def create_customer(*, email: str, **fields: Any) -> Customer:
    """Write one Customer; `fields` are `name` and `is_active`. Raises CustomerEmailTaken."""
    with _email_is_free(email):
        return Customer.objects.create(email=email, **fields)


def update_customer(*, customer: Customer, **fields: Any) -> Customer:
    """Write the given fields of one Customer, and no other. Raises CustomerEmailTaken, Customer.DoesNotExist."""
    if fields:
        with _email_is_free(fields.get("email", customer.email)):
            Customer.objects.filter(pk=customer.pk).update(updated_at=timezone.now(), **fields)
        customer.refresh_from_db()
    return customer


def delete_customer(*, customer: Customer) -> None:
    """Delete one Customer and nothing else. Raises CustomerHasOrders."""
    try:
        customer.delete()
    except ProtectedError as error:
        raise CustomerHasOrders("The customer has orders; deactivate it instead (is_active=false).") from error


def lock_customer(*, customer_id: int) -> None:
    """Let nobody else change the Customer until the transaction ends. Raises Customer.DoesNotExist."""
    # Without the key: orders that name the customer need not wait.
    Customer.objects.select_for_update(no_key=True).only("pk").get(pk=customer_id)


@contextmanager
def _email_is_free(email: str) -> Iterator[None]:
    # Asking first whether the address is free would cost a statement and still lose a race.
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if violation(error) != "unique":
            raise
        raise CustomerEmailTaken(f"A customer with the e-mail {email.lower()!r} exists already.") from error
