from django.db.models import QuerySet

from apps.customers.emails import normalize_part
from apps.customers.models import Customer
from apps.database.compiled import row_exists


def customer_list() -> QuerySet[Customer]:
    """Return all customers of the current tenant."""
    return Customer.objects.all()


def customer_exists(customer_id: int) -> bool:
    """Whether the current tenant has such a customer."""
    return row_exists(customer_list, customer_id)


def customers_with_email(customers: QuerySet[Customer], part: str) -> QuerySet[Customer]:
    """Return those of `customers` whose e-mail address contains `part`, in any spelling.

    `part` is normalised here, because Django does not call `get_prep_value` for a pattern.
    """
    return customers.filter(email__contains=normalize_part(part))
