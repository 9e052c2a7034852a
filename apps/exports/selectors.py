from django.db.models import QuerySet
from django.utils import timezone

from apps.exports.lifecycle import State
from apps.exports.models import Export
from apps.exports.refusals import ExportHasNoFile


def export_list() -> QuerySet[Export]:
    """All exports of the current tenant."""
    return Export.objects.all()


def export_with_file(*, export_id: int) -> Export:
    """The export, which has a file. Raises ExportHasNoFile, Export.DoesNotExist."""
    export = Export.objects.get(pk=export_id)
    state = export.state
    if state == State.DONE and export.expires_at and export.expires_at <= timezone.now():
        state = State.EXPIRED  # `manage.py expire_exports` will say so too.
    if state != State.DONE:
        raise ExportHasNoFile(f"The export is {state}; it has a file when it is done.", export_state=state)
    return export
