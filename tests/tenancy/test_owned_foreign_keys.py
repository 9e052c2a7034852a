"""The database refuses a foreign key to another tenant's row at once, however it is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F, Value

from apps.tenancy.isolation import tenant_owned_models
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope
from tests.conftest import one_of_each, rows_of

OWNED = tenant_owned_models()
KEYS = [field for model in OWNED for field in model._meta.fields if field.related_model in OWNED]


def pointed(row: models.Model, key: models.ForeignKey, other: models.Model) -> models.Model:
    setattr(row, key.name, other)
    return row


def pointed_by_id(row: models.Model, key: models.ForeignKey, value: Any) -> models.Model:
    setattr(row, key.attname, value)
    return row


def fresh(row: models.Model, **keys: Any) -> models.Model:
    return type(row)(**columns(row), **keys)


def columns(row: models.Model) -> dict[str, Any]:
    """The columns of a row, except its id and its foreign keys."""
    names = [field.name for field in row._meta.fields if not (field.primary_key or field.is_relation)]
    return {name: getattr(row, name) for name in names}


def related(key: models.ForeignKey, other: models.Model) -> Any:
    return getattr(other, key.remote_field.get_accessor_name())


def run_sql(row: models.Model, key: models.ForeignKey, other: models.Model) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {row._meta.db_table} SET {key.column} = %s WHERE id = %s", [other.pk, row.pk])


# Ways to point the foreign key `key` of an own row at another row: lambdas of (row, key, other).
WAYS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "save": lambda row, key, other: pointed(row, key, other).save(),
    "save by id": lambda row, key, other: pointed_by_id(row, key, other.pk).save(),
    "save by expression": lambda row, key, other: pointed_by_id(row, key, Value(other.pk)).save(),
    "save with update_fields": lambda row, key, other: pointed(row, key, other).save(update_fields=[key.name]),
    "create": lambda row, key, other: type(row).objects.create(**columns(row), **{key.name: other}),
    "create by id": lambda row, key, other: type(row).objects.create(**columns(row), **{key.attname: other.pk}),
    "create by expression": lambda row, key, other: type(row).objects.create(
        **columns(row), **{key.attname: Value(other.pk)}
    ),
    "bulk_create": lambda row, key, other: type(row).objects.bulk_create([fresh(row, **{key.name: other})]),
    "bulk_create by id": lambda row, key, other: type(row).objects.bulk_create([fresh(row, **{key.attname: other.pk})]),
    "upsert": lambda row, key, other: type(row).objects.bulk_create(
        [fresh(row, **{key.name: other})],
        update_conflicts=True,
        unique_fields=["tenant", key.name],
        update_fields=[*columns(row)],
    ),
    "update": lambda row, key, other: type(row).objects.filter(pk=row.pk).update(**{key.name: other}),
    "update by id": lambda row, key, other: type(row).objects.filter(pk=row.pk).update(**{key.attname: other.pk}),
    "update by value": lambda row, key, other: (
        type(row).objects.filter(pk=row.pk).update(**{key.name: Value(other.pk)})
    ),
    "update by expression": lambda row, key, other: (
        type(row)
        .objects.filter(pk=row.pk)
        .update(**{key.name: F(key.attname) + (other.pk - getattr(row, key.attname))})
    ),
    "bulk_update": lambda row, key, other: type(row).objects.bulk_update([pointed(row, key, other)], [key.name]),
    "bulk_update by id": lambda row, key, other: type(row).objects.bulk_update(
        [pointed_by_id(row, key, other.pk)], [key.name]
    ),
    "get_or_create": lambda row, key, other: type(row).objects.get_or_create(
        **{key.name: other}, defaults=columns(row)
    ),
    "update_or_create": lambda row, key, other: type(row).objects.update_or_create(
        pk=row.pk, defaults={key.name: other}
    ),
    "update_or_create of a new one": lambda row, key, other: type(row).objects.update_or_create(
        **{key.name: other}, defaults=columns(row)
    ),
    "SQL": run_sql,
}
RELATED_WAYS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "related manager's add": lambda row, key, other: related(key, other).add(row),
    "related manager's add by save": lambda row, key, other: related(key, other).add(row, bulk=False),
    "related manager's set": lambda row, key, other: related(key, other).set([row]),
    "related manager's create": lambda row, key, other: related(key, other).create(**columns(row)),
    "related manager's bulk_create": lambda row, key, other: related(key, other).bulk_create(
        [fresh(row, **{key.name: other})]
    ),
    "related manager's get_or_create": lambda row, key, other: related(key, other).get_or_create(defaults=columns(row)),
    "related manager's update_or_create": lambda row, key, other: related(key, other).update_or_create(
        defaults=columns(row)
    ),
}
CASES = [
    pytest.param(
        key,
        way,
        id=f"{key.model.__name__}.{key.name}-{name}",
        marks=pytest.mark.role("orders_owner")
        if key.model.kept_by_database
        else (),  # the only role that may write one
    )
    for key in KEYS
    for name, way in {**WAYS, **({} if key.remote_field.hidden else RELATED_WAYS)}.items()
    # An upsert needs a unique constraint; those that name the id are of no use to SQLite's.
    if name != "upsert" or ("tenant", key.name) in {getattr(of, "fields", ()) for of in key.model._meta.constraints}
]


@pytest.mark.parametrize(("key", "point"), CASES)
def test_key_to_another_tenants_row_is_refused_at_once(acme: Tenant, globex: Tenant, key: Any, point: Any) -> None:
    ours, theirs = one_of_each(acme)[key.model], one_of_each(globex)[key.related_model]
    before = rows_of(acme, globex)

    with tenant_scope(acme), pytest.raises(IntegrityError), transaction.atomic():
        point(ours, key, theirs)

    assert rows_of(acme, globex) == before


@pytest.mark.parametrize(("key", "point"), CASES)
def test_key_to_an_own_row_is_written(acme: Tenant, key: Any, point: Any) -> None:
    ours, other = one_of_each(acme)[key.model], one_of_each(acme)[key.related_model]
    with tenant_scope(acme):
        pointing = key.model.objects.filter(**{key.name: other})
        for relation in key.model._meta.related_objects:  # or PROTECT would keep them
            relation.related_model.objects.filter(**{f"{relation.field.name}__in": pointing}).delete()
        pointing.delete()

        point(ours, key, other)

        assert pointing.count() == 1
