from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from apps.customers.models import EMAIL_UNIQUE, Customer
from apps.database.inserts import insert_rows
from apps.errors import Conflict, breaks_unique


class CustomerEmailTaken(Conflict):
    """Another customer of the tenant has this e-mail address."""

    remedy = "Find that customer by `GET /api/v1/customers/?email=…`, or use another address."
    example = "A customer with the e-mail 'ada@example.com' exists already."


class CustomerHasOrders(Conflict):
    """A customer with orders cannot be deleted."""

    remedy = "Deactivate the customer: `PATCH` with `is_active` false."
    example = "The customer has orders; deactivate it instead (is_active=false)."


def create_customer(*, email: str, **fields: Any) -> int:
    """Write one Customer and return its id. Raises CustomerEmailTaken."""
    with _email_is_free(email):
        [customer_id] = insert_rows(Customer, ("email", *fields), [(email, *fields.values())])
    return customer_id


def update_customer(*, customer_id: int, **fields: Any) -> None:
    """Write only the given fields of one Customer. Raises CustomerEmailTaken, Customer.DoesNotExist."""
    customers = Customer.objects.filter(pk=customer_id)
    with _email_is_free(fields.get("email", "")):
        exists = customers.update(updated_at=timezone.now(), **fields) if fields else customers.exists()
    if not exists:
        raise Customer.DoesNotExist


def delete_customer(*, customer_id: int) -> None:
    """Delete one Customer and nothing else. Raises CustomerHasOrders, Customer.DoesNotExist.

    Raises ProtectedError if rows other than orders refer to the customer.
    """
    try:
        deleted, _ = Customer.objects.filter(pk=customer_id).delete()
    except ProtectedError as error:
        order = Customer._meta.get_field("orders").related_model
        if not any(isinstance(row, order) for row in error.protected_objects):
            raise
        raise CustomerHasOrders("The customer has orders; deactivate it instead (is_active=false).") from error
    if not deleted:
        raise Customer.DoesNotExist


def lock_customer(*, customer_id: int) -> None:
    """Lock the Customer until the transaction ends. Raises Customer.DoesNotExist."""
    # FOR NO KEY UPDATE, so that orders that reference the customer do not wait.
    Customer.objects.select_for_update(no_key=True).only("pk").get(pk=customer_id)


@contextmanager
def _email_is_free(email: str) -> Iterator[None]:
    # Checking first would cost a statement, and another request could still take the address.
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if not breaks_unique(error, Customer, EMAIL_UNIQUE):
            raise
        raise CustomerEmailTaken(f"A customer with the e-mail {email.lower()!r} exists already.") from error
