"""Changes of exports by requests, in the caller's transaction. What a worker does is in `work`."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from apps.background.jobs import enqueue, withdraw
from apps.database.inserts import insert_rows
from apps.exports import files
from apps.exports.lifecycle import MAX_UNFINISHED, UNFINISHED, Format, State
from apps.exports.models import Export
from apps.exports.refusals import ExportFinished, TooManyExports
from apps.tenancy.models import Tenant
from apps.tenancy.scope import current_tenant

JOB = "export"


def create_export(*, kind: str, filters: Mapping[str, str], format: str = Format.CSV) -> int:
    """Write a queued Export and its Job, and return its id. `filters` are valid ones. Raises TooManyExports."""
    # The lock makes the limit exact; it does not hold up those who only refer to the tenant.
    Tenant.objects.select_for_update(no_key=True).get(pk=current_tenant().pk)
    if Export.objects.filter(state__in=UNFINISHED).count() >= MAX_UNFINISHED:
        raise TooManyExports(f"{MAX_UNFINISHED} exports are unfinished; wait for one, or cancel one.")
    [export_id] = insert_rows(Export, ("kind", "format", "filters"), [(kind, format, dict(filters))])
    enqueue(kind=JOB, row_id=export_id)
    return export_id


def cancel_export(*, export_id: int) -> None:
    """queued or running -> cancelled; the worker stops. Raises ExportFinished, Export.DoesNotExist."""
    unfinished = Export.objects.filter(pk=export_id, state__in=UNFINISHED)
    if not unfinished.update(state=State.CANCELLED, finished_at=timezone.now()):
        state = Export.objects.values_list("state", flat=True).get(pk=export_id)
        raise ExportFinished(
            f"The export is {state}; only a queued or running one can be cancelled.", export_state=state
        )
    withdraw(kind=JOB, row_id=export_id)


def delete_export(*, export_id: int) -> None:
    """Delete an Export in any state, and its files once that is committed. Raises Export.DoesNotExist."""
    if not Export.objects.filter(pk=export_id).delete()[0]:
        raise Export.DoesNotExist
    withdraw(kind=JOB, row_id=export_id)
    folder = files.folder_of(current_tenant().pk, export_id)
    transaction.on_commit(lambda: files.remove(folder))


def lock_export(*, export_id: int) -> None:
    """Lock the Export until the transaction ends. Raises Export.DoesNotExist."""
    Export.objects.select_for_update(no_key=True).only("pk").get(pk=export_id)
