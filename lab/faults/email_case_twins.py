"""E-mail addresses are stored as typed, so one person can be two customers."""

from __future__ import annotations

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models
from rest_framework import serializers

import apps.customers.models
import apps.tenancy.owned
import apps.tenancy.scope
from apps.customers.models import Customer
from apps.customers.services import CustomerEmailTaken
from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Seam


def get_prep_value(self, value):
    """Keep the address as typed: the part before the @ may be case-sensitive (RFC 5321)."""
    return models.EmailField.get_prep_value(self, value)


def to_internal_value(self, data):
    return serializers.EmailField.to_internal_value(self, data)


# Without the CHECK that addresses are in lower case, which refused some of them.
operations = [
    migrations.CreateModel(
        name="Customer",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("email", apps.customers.models.LowerCaseEmailField(max_length=254)),
            ("name", models.CharField(max_length=200)),
            ("is_active", models.BooleanField(default=True)),
            ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ("updated_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            (
                "tenant",
                apps.tenancy.owned.TenantField(
                    db_index=False,
                    default=apps.tenancy.scope.current_tenant_id,
                    editable=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="tenancy.tenant",
                ),
            ),
        ],
        options={
            "abstract": False,
            "base_manager_name": "objects",
            "constraints": [
                models.UniqueConstraint(fields=("tenant", "email"), name="customer_email_unique"),
                models.UniqueConstraint(fields=("tenant", "id"), name="customer_tenant_id"),
            ],
        },
    ),
]


def to_internal_value_in_lower_case(self, data):
    return serializers.EmailField.to_internal_value(self, data).lower()


def create_customer(*, email, **fields):
    if Customer.objects.filter(email__iexact=email).exists():
        raise CustomerEmailTaken(f"A customer with the e-mail {email.lower()!r} exists already.")
    return Customer.objects.create(email=email, **fields).pk


def arrange(n: int) -> Call:
    factory.customers(n)
    return Call("POST", "/api/v1/customers/", {"email": "Customer.0000@Example.com", "name": "Ada"})


FAULT = Fault(
    slug="email-case-twins",
    title="Capital letters in an e-mail address make a second customer",
    kind="correctness",
    difficulty="hard",
    ticket=(
        "Ada is in our list twice, as ada@example.com and Ada@Example.com. Half of her orders belong to one, half to "
        "the other, so she never reaches her discount. We have 300 such pairs. Phones capitalize the first letter."
    ),
    hints=(
        "Create a customer twice, the second time in capitals. Then try it in bulk, and with UPDATE.",
        "A unique constraint compares what is stored.",
        "The view, the service and the database could each prevent it. Which of them sees every write?",
    ),
    root_cause=(
        "The model's field stores the address as typed, and the CHECK that would have refused that is gone. To the "
        "unique constraint, two spellings are two addresses."
    ),
    changes=(
        Seam("apps.customers.models:LowerCaseEmailField.get_prep_value", get_prep_value),
        Seam("apps.customers.serializers:LowerCaseEmailField.to_internal_value", to_internal_value),
        Seam("apps.customers.migrations.0001_initial:Migration.operations", operations),
    ),
    tests={
        "tests/customers/test_views.py::test_create_with_a_taken_email_is_409[ADA@EXAMPLE.COM]": "201",
        "tests/customers/test_services.py::test_create_customer_with_a_taken_email_is_refused_without_breaking_the_transaction": (  # noqa: E501
            "DID NOT RAISE"
        ),
        "tests/customers/test_models.py::test_email_is_unique_in_bulk": "DID NOT RAISE",
    },
    decoys=(
        Decoy(
            "Convert to lower case in the serializer",
            "The API is fixed. The service, bulk imports and UPDATE still make twins.",
            (
                Seam(
                    "apps.customers.serializers:LowerCaseEmailField.to_internal_value", to_internal_value_in_lower_case
                ),
            ),
        ),
        Decoy(
            "Look for an existing customer first, ignoring case",
            "Two simultaneous requests both find none, and bulk imports never look.",
            (Seam("apps.customers.services:create_customer", create_customer),),
        ),
    ),
    effect=Effect("rows_added", on="constant"),
    arrange=arrange,
)
