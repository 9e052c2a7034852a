"""The two formats, each written twice: by PostgreSQL's COPY, and row by row for SQLite. Both give the same bytes.

CSV is for spreadsheets: RFC 4180, UTF-8, times in UTC to the second, and no text that a spreadsheet would run as a
formula (https://owasp.org/www-community/attacks/CSV_Injection). NDJSON is for programs: values as the API shows them.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from django.db import models

from apps.exports.lifecycle import Format

# How a formula begins, in half and full width. A tab or a line break can hide that; no text field of ours holds one.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001
# What no JSON text contains: with these, COPY writes a line as it is.
JSON_LINES = r"FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02'"

Columns = Mapping[str, models.Field]


def copy_statement(format: str, rows: str, columns: Columns) -> str:
    """Return the COPY statement for the SELECT `rows`, given the field of each of its columns, by the name to show."""
    names = ", ".join(f'"{name}"' for name in columns)
    source = f"({rows}) AS rows ({names})"
    if format == Format.CSV:
        shown = ", ".join(f'{_csv_sql(name, field)} AS "{name}"' for name, field in columns.items())
        return f"COPY (SELECT {shown} FROM {source}) TO STDOUT (FORMAT csv, HEADER)"
    starts = ("{", *"," * (len(columns) - 1))
    members = ", ".join(
        f"""'{start}"{name}":', {_json_sql(name, field)}"""
        for start, (name, field) in zip(starts, columns.items(), strict=True)
    )
    return f"COPY (SELECT concat({members}, '}}') FROM {source}) TO STDOUT ({JSON_LINES})"


def header(format: str, columns: Columns) -> bytes:
    """Return the first line."""
    return f"{','.join(columns)}\r\n".encode() if format == Format.CSV else b""


def line(format: str, row: Sequence[Any], columns: Columns) -> bytes:
    """Return the line of a row, as `copy_statement` makes PostgreSQL write it."""
    if format == Format.CSV:
        return (",".join(map(_csv_value, row)) + "\r\n").encode()
    members = (f"{json.dumps(name)}:{_json_value(value)}" for name, value in zip(columns, row, strict=True))
    return ("{" + ",".join(members) + "}\n").encode()


def _csv_sql(name: str, field: models.Field) -> str:
    column = f'"{name}"'
    if isinstance(field, models.DateTimeField):
        return f"date_trunc('second', {column} AT TIME ZONE 'UTC')"
    if isinstance(field, models.BooleanField):
        return f"{column}::text"
    if isinstance(field, models.CharField):
        starts = ", ".join(f"chr({ord(start)})" for start in FORMULA_STARTS)
        return f"CASE WHEN left({column}, 1) IN ({starts}) THEN '''' || {column} ELSE {column} END"
    return column


def _csv_value(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return f"{value.astimezone(timezone.utc):%Y-%m-%d %H:%M:%S}"
    if not isinstance(value, str):
        return str(value)
    text = f"'{value}" if value.startswith(FORMULA_STARTS) else value
    # COPY marks empty text, so that it differs from null.
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if not text or set(text) & set(',"\r\n') else text


def _json_sql(name: str, field: models.Field) -> str:
    column = f'"{name}"'
    if isinstance(field, models.DateTimeField):
        return f"""coalesce('"' || replace(({column} AT TIME ZONE 'UTC')::text, ' ', 'T') || 'Z"', 'null')"""
    # An integer looks in JSON as it does in text, which takes a third of the time.
    value = column if isinstance(field, models.IntegerField) else f"to_json({column})"
    return f"coalesce({value}::text, 'null')" if field.null else value


def _json_value(value: Any) -> str:
    if isinstance(value, datetime):
        utc = value.astimezone(timezone.utc)
        fraction = f"{utc:.%f}".rstrip("0").rstrip(".")
        return f'"{utc:%Y-%m-%dT%H:%M:%S}{fraction}Z"'
    return json.dumps(value, ensure_ascii=False)
