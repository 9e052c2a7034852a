"""Import an archive of `exporting` into an empty tenant: its rows get new ids, and foreign keys follow them.

Only the members named after installed models are read, and none is extracted, so paths in an archive have no effect.
The validators of the fields and the constraints of the database validate the rows.
"""

import json
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from functools import partial
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import DatabaseError, connection, models

from apps.tenancy.exporting import (
    BATCH_ROWS,
    FORMAT,
    MANIFEST,
    exported_fields,
    exported_models,
    leads_outside,
    member_of,
)
from apps.tenancy.isolation import references
from apps.tenancy.models import Tenant
from apps.tenancy.scope import allow_slow_statements, forget_plans, tenant_scope

# Largest manifest, row and batch of rows in memory, in bytes: a line without end must not exhaust the memory.
BATCH_BYTES = 16 * 2**20
_ENCRYPTED = 1  # among a member's flags
# Errors of zipfile for damaged files, and of Python and the database for values that do not fit their columns.
_DAMAGE = (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RecursionError)
_MISFITS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, ValidationError, DatabaseError)


class ArchiveRefused(Exception):
    """The archive is damaged, foreign or newer, or the tenant is not empty; nothing was written."""


class NewIds:
    """Map the ids of a model's rows in the archive, which ascend, to the new ones, in 16 bytes per row."""

    def __init__(self) -> None:
        self._old, self._new = array("q"), array("q")

    def add(self, old: int, new: int) -> None:
        if self._old and old <= self._old[-1]:
            raise ValueError(f"id {old} follows id {self._old[-1]}")
        self._old.append(old)
        self._new.append(new)

    def __getitem__(self, old: int) -> int:
        place = bisect_left(self._old, old)
        if place == len(self._old) or self._old[place] != old:
            raise ValueError(f"a key names id {old}, which is not in the archive")
        return self._new[place]


def import_tenant(tenant: Tenant, file: IO[bytes]) -> dict[str, int]:
    """Write an archive's rows into an empty tenant, in one transaction, and return the number of rows per model.

    The tenant keeps its slug, name and time zone. A column that the archive lacks gets its default. Raises
    ArchiveRefused.
    """
    with _refusing("The tenant's rows cannot be written"), tenant_scope(tenant):
        allow_slow_statements()
        # One import at a time. Requests that write rows, whose foreign keys lock the tenant too, do not wait for it.
        Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)
        filled = [model._meta.label for model in exported_models() if model.objects.exists()]
        if filled:
            raise ArchiveRefused(f"Tenant {tenant.slug} is not empty: it has rows of {', '.join(filled)}.")
        with _refusing("The file is no archive of a tenant"):
            archive = ZipFile(file)
            described = _described(archive)
        ids = {other: NewIds() for model in exported_models() for _, other in references(model)}
        for model in exported_models():
            if model._meta.label in described:
                with _refusing(f"The archive's rows of {model._meta.label} cannot be imported"):
                    _import_rows(archive, model, described[model._meta.label], ids)
    return {label: of["rows"] for label, of in described.items()}


def _described(archive: ZipFile) -> dict[str, Any]:
    """Return columns and number of rows of each model with rows. Raises ArchiveRefused if one is not installed."""
    with _opened(archive, MANIFEST) as member:
        manifest = json.loads(member.read(BATCH_BYTES))
    if manifest["format"] != FORMAT:
        raise ArchiveRefused(f"The archive has format {manifest['format']!r}; this version imports format {FORMAT}.")
    described: dict[str, Any] = {
        label: {"columns": {*map(str, of["columns"])}, "rows": int(of["rows"])}
        for label, of in manifest["models"].items()
        if of["rows"]
    }
    known = {model._meta.label: {field.attname for field in exported_fields(model)} for model in exported_models()}
    for label, of in described.items():
        if label not in known:
            raise ArchiveRefused(f"The archive has {label}, which this installation lacks.")
        if unknown := of["columns"] - known[label]:
            columns = ", ".join(sorted(unknown))
            raise ArchiveRefused(f"The archive has {label} with the columns {columns}, which this installation lacks.")
    return described


def _import_rows(archive: ZipFile, model: Any, described: dict[str, Any], ids: dict[Any, NewIds]) -> None:
    pk, count = model._meta.pk.attname, 0
    fields = [field for field in exported_fields(model) if field.attname in described["columns"]]
    readers = {field.attname: _reader(field, ids) for field in fields if not isinstance(field, models.AutoField)}
    own_keys = {field.attname: readers.pop(field.attname) for field in fields if field.related_model is model}
    for batch in _batches(archive, member_of(model)):
        read = [json.loads(line) for line in batch]
        if any(values.keys() != described["columns"] for values in read):
            raise ValueError("a row has other columns than the manifest")
        new_ids = _insert(model, [model(**_values(values, readers)) for values in read])
        if model in ids:
            for values, new in zip(read, new_ids, strict=True):
                ids[model].add(values[pk], new)
        count += len(batch)
        forget_plans()
    if count != described["rows"]:
        raise ValueError(f"there are {count} of {described['rows']}")
    # Foreign keys to the same model can be set once all its rows exist.
    for batch in _batches(archive, member_of(model)) if own_keys else ():
        rows = [model(pk=ids[model][values[pk]], **_values(values, own_keys)) for values in map(json.loads, batch)]
        model.objects.bulk_update(rows, [*own_keys])


def _values(values: dict[str, Any], readers: dict[str, Callable[[Any], Any]]) -> dict[str, Any]:
    return {name: None if values[name] is None else value_of(values[name]) for name, value_of in readers.items()}


def _reader(field: Any, ids: dict[Any, NewIds]) -> Callable[[Any], Any]:
    if leads_outside(field):
        return lambda value: None
    return ids[field.related_model].__getitem__ if isinstance(field, models.ForeignKey) else partial(_validated, field)


def _validated(field: Any, value: Any) -> Any:
    """Return the field's value. Raises ValidationError for what a form would refuse, as SQLite enforces no lengths."""
    may_be_empty = field.blank or field.has_db_default()
    if isinstance(field, models.CharField | models.TextField) and (
        not isinstance(value, str) or "\0" in value or not (value or may_be_empty)
    ):
        raise ValueError(f"{field.name} is no text, empty, or contains a NUL byte")
    value = field.to_python(value)
    if isinstance(value, datetime) and value.tzinfo:
        value.astimezone(timezone.utc)  # Raises OverflowError if the database could store it and Python not read it.
    return value if value in field.empty_values else field.clean(value, None)


def _insert(model: Any, rows: list[Any]) -> list[int]:
    """Insert rows and return their ids. Raw, as in `loaddata`: otherwise `auto_now` would replace timestamps."""
    fields = [f for f in model._meta.local_concrete_fields if not (isinstance(f, models.AutoField) or f.generated)]
    size = max(1, connection.ops.bulk_batch_size(fields, rows))
    inserted: list[Any] = []
    for start in range(0, len(rows), size):
        some = rows[start : start + size]
        inserted += model.objects.all()._insert(some, fields, [model._meta.pk], raw=True, using=connection.alias)
    return [pk for (pk,) in inserted]


def _batches(archive: ZipFile, name: str) -> Iterator[list[bytes]]:
    with _opened(archive, name) as member:
        batch, size = [], 0
        while line := member.readline(BATCH_BYTES):
            if not line.endswith(b"\n"):
                raise ValueError("a row is cut off, or too long")
            batch.append(line)
            size += len(line)
            if len(batch) == BATCH_ROWS or size >= BATCH_BYTES:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch


def _opened(archive: ZipFile, name: str) -> IO[bytes]:
    member = archive.getinfo(name)
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED) or member.flag_bits & _ENCRYPTED:
        raise BadZipFile(f"{name} is encrypted, or compressed in another way")
    return archive.open(member)


@contextmanager
def _refusing(what: str) -> Iterator[None]:
    try:
        yield
    except (*_DAMAGE, *_MISFITS, ObjectDoesNotExist) as error:
        reason = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        raise ArchiveRefused(f"{what}: {(reason or type(error).__name__).splitlines()[0]}") from error
