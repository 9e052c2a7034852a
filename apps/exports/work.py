"""What a worker does with an export. Running it twice is harmless: one claim finishes, the others leave nothing."""

import tempfile
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from apps.background.jobs import Claim, finish_job
from apps.background.work import Lost
from apps.exports import files, writing
from apps.exports.lifecycle import FILE_KEPT, UNFINISHED, State
from apps.exports.models import Export
from apps.tenancy.scope import tenant_scope


class ExportHandler:
    """Write an export's file. See `apps.background.work.Handler`."""

    def run(self, claim: Claim, check: Callable[[], None]) -> None:
        """Write a file and then the Export that names it: queued or running -> done."""
        export = self._begin(claim)
        folder = files.folder_of(claim.tenant.pk, export.pk)
        files.remove(folder)  # what an attempt left whose worker was killed
        # In the system's folder for temporary files, without a name, so that it vanishes with the process.
        with tempfile.TemporaryFile() as file:
            rows = writing.write_rows(file, tenant=claim.tenant, export=export, check=check)
            size = file.tell()
            check()
            name = files.save(folder, claim.token, file)
        try:
            self._finish(claim, rows=rows, bytes=size, file=name)
        except Lost:  # After any other error the result may be committed, and needs its file.
            files.remove_one(name)
            raise

    def fail(self, claim: Claim, reason: str) -> None:
        """Queued or running -> failed, with the reason, and without a file that the last attempt may have stored."""
        Export.objects.filter(pk=claim.row_id, state__in=UNFINISHED).update(
            state=State.FAILED, reason=reason, finished_at=timezone.now()
        )
        folder = files.folder_of(claim.tenant.pk, claim.row_id)
        transaction.on_commit(lambda: files.remove(folder))

    def _begin(self, claim: Claim) -> Export:
        with tenant_scope(claim.tenant):
            unfinished = Export.objects.filter(pk=claim.row_id, state__in=UNFINISHED)
            if not unfinished.update(state=State.RUNNING, started_at=timezone.now()):
                raise Lost  # cancelled or deleted
            return unfinished.get()

    def _finish(self, claim: Claim, **result: object) -> None:
        now = timezone.now()
        with tenant_scope(claim.tenant):
            running = Export.objects.filter(pk=claim.row_id, state=State.RUNNING)
            done = running.update(state=State.DONE, finished_at=now, expires_at=now + FILE_KEPT, **result)
            if not (done and finish_job(claim)):
                raise Lost
