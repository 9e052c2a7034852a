from __future__ import annotations

import io
import uuid
from datetime import timedelta

from apps.exports import files
from apps.exports.models import Export
from apps.tenancy.scope import current_tenant
from tests.support.attacks import CHANGE, KEY, LIST, READ, Marks

FIELDS = {"mass assignment": "bytes expires_at finished_at reason rows started_at state"}
ROWS = {
    "GET exports/": {"filter": "count kind page_size state", **LIST},
    "POST exports/": {**KEY, "value": "filters format kind", **FIELDS},
    "GET exports/{id}/": READ,
    "DELETE exports/{id}/": {**CHANGE, "mass assignment": ""},
    "POST exports/{id}/cancel/": {**CHANGE, **FIELDS},
    "GET exports/{id}/file/": READ,
}
VALUES = {"filters": {}}
FILTERS = {"kind": ["orders", "items,customers"], "state": ["queued", "done,failed"]}


def populate(marks: Marks) -> None:
    """Write an export that has a file, one that waits and one that failed."""
    dates = {"created_at": marks.time, "started_at": marks.time, "finished_at": marks.time}
    dates |= {"expires_at": marks.time + timedelta(days=365_000)}
    rows = [
        Export(
            pk=next(marks.ids), kind="orders", format="csv", filters={"email": marks.word}, state=state,
            rows=marks.quantity, bytes=marks.cents, reason=marks.word, **dates,
        )
        for state in ("done", "queued", "failed")
    ]  # fmt: skip
    folder = files.folder_of(current_tenant().pk, rows[0].pk)
    files.remove(folder)
    rows[0].file = files.save(folder, uuid.UUID(int=rows[0].pk), io.BytesIO(marks.word.encode()))
    Export.objects.bulk_create(rows)
