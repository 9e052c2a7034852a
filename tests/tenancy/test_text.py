"""Plain text: the field refuses invisible characters and normalizes to NFC; the CHECK refuses both in SQL."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from model_bakery import baker

from apps.customers.models import Customer
from apps.orders.models import Item
from apps.tenancy.models import ApiKey, Tenant
from apps.tenancy.text import INVISIBLE, IsPlain, PlainTextField, composed, validate_visible

COLUMNS = {
    "customers_customer.name": Customer,
    "orders_item.sku": Item,
    "tenancy_tenant.name": Tenant,
    "tenancy_apikey.name": ApiKey,
}
CHARACTERS = ["\x01", "\n", "\x1b", "\x7f", "\x85", "\u00ad", "\u200b", "\u202e", "\u2060", "\u3164", "\U000e0041"]


def write(table, column, text):
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(f"UPDATE {table} SET {column} = %s", [text])


@pytest.fixture
def rows(in_acme):
    """Write a row of each model that has a plain text."""
    baker.make(Item, quantity=1, unit_price_cents=1)
    baker.make(ApiKey, tenant=in_acme)


def test_every_control_and_format_character_is_invisible():
    """Except NUL, which forms refuse, and the two joiners, which some scripts need."""
    categories = ("Cc", "Cf", "Zl", "Zp")
    such = {chr(code) for code in range(sys.maxunicode) if unicodedata.category(chr(code)) in categories}

    assert such - set(re.findall(f"[{INVISIBLE}]", "".join(such))) == {"\0", "\u200c", "\u200d"}


@pytest.mark.parametrize("text", ["a\u200db", "\u200c", "\u200da", "क्\u200d\u200d", "\x00\u200d"])
def test_joiner_without_characters_to_join_is_refused(text):
    with pytest.raises(ValidationError) as refused:
        validate_visible(text)

    assert refused.value.code == "invisible_characters_not_allowed"


def test_text_whose_nfc_form_is_too_long_is_not_composed():
    endless = "e\u0301" * 3

    assert (composed(endless, 1), composed(endless, 3)) == (endless, "é" * 3)


def test_a_plain_text_is_composed_however_it_is_written_and_looked_up(in_acme):
    customer = baker.make(Customer, name="Zoe\u0308")
    Customer.objects.create(email="zoe@example.com", name="Zoe\u0308")

    assert list(Customer.objects.values_list("name", flat=True)) == ["Zoë", "Zoë"]
    assert Customer.objects.filter(name="Zoe\u0308", pk=customer.pk).exists()
    assert Customer.objects.update(name="e\u0301") == Customer.objects.filter(name="é").count() == 2


def test_every_plain_text_field_has_its_check_constraint():
    fields = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, PlainTextField)
    }
    checks = {
        (model, constraint.condition.source_expressions[0].name)
        for model, _ in fields
        for constraint in model._meta.constraints
        if isinstance(constraint, models.CheckConstraint) and type(constraint.condition) is IsPlain
    }

    assert fields == checks
    assert fields >= {(model, column.split(".")[1]) for column, model in COLUMNS.items()}


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("character", CHARACTERS, ids=ascii)
@pytest.mark.parametrize("column", COLUMNS)
def test_invisible_character_is_refused_in_sql(column, character):
    with pytest.raises(IntegrityError, match="_plain"):
        write(*column.split("."), f"A{character}")


@pytest.mark.usefixtures("rows")
@pytest.mark.postgresql
@pytest.mark.parametrize("column", COLUMNS)
def test_combining_accents_are_refused_in_sql(column):
    with pytest.raises(IntegrityError, match="_plain"):
        write(*column.split("."), "Zoe\u0308")


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("text", ["Zoë", "ශ්\u200dරී", "葛\U000e0100城", "王小明", "-]^[!*?%s'"])
@pytest.mark.parametrize("column", COLUMNS)
def test_text_of_any_script_is_accepted_in_sql(column, text):
    table, name = column.split(".")

    write(table, name, text)

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name} FROM {table}")
        assert cursor.fetchall() == [(text,)]


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(
    "address", ["ada@bücher.example", "ada@bu\u0308cher.example", "ad\u200ba@example.com", "a da@example.com", "ada\n"]
)
def test_non_ascii_email_is_refused_in_sql(address):
    with pytest.raises(IntegrityError, match="customer_email_ascii"):
        write("customers_customer", "email", address)
