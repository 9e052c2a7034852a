from contextlib import suppress
from typing import Any

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from apps.customers.emails import normalize_address
from apps.database.trigrams import TrigramIndex
from apps.tenancy.owned import TenantOwned
from apps.tenancy.text import IsPlain, IsPrintableAscii, PlainTextField

EMAIL_UNIQUE = "customer_email_unique"


class LowerCaseEmailField(models.EmailField):
    """An e-mail address that is stored and looked up in lower case and ASCII (see `emails`).

    So `Ada@Example.com` and `ada@example.com` are one customer, and a plain index serves equality and search.
    """

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        if isinstance(value, str):
            value = value.lower()
            with suppress(ValueError):  # An address without such a form is refused by the CHECK.
                value = normalize_address(value)
        return value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        # Keep the instance equal to its row.
        setattr(model_instance, self.attname, self.get_prep_value(getattr(model_instance, self.attname)))
        return super().pre_save(model_instance, add)


class Customer(TenantOwned):
    """A customer. Reports show inactive customers only if they have revenue."""

    email = LowerCaseEmailField()
    name = PlainTextField(max_length=200)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "email"], name=EMAIL_UNIQUE),
            # The target of foreign keys (tenant, customer), and the index of the default order.
            models.UniqueConstraint(fields=["tenant", "id"], name="customer_tenant_id"),
            # Prevents duplicates by SQL that bypasses the field, too.
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="customer_email_lower_case"),
            models.CheckConstraint(condition=IsPrintableAscii("email"), name="customer_email_ascii"),
            models.CheckConstraint(condition=IsPlain("name"), name="customer_name_plain"),
        ]
        indexes = [
            models.Index(fields=["tenant", "created_at", "id"], name="customer_by_created"),
            TrigramIndex(fields=["tenant", "email"], name="customer_email_trigrams"),
        ]

    def __str__(self) -> str:
        return self.email
