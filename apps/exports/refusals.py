"""Errors that the export services raise. Each Conflict becomes a documented type of problem."""

from apps.errors import Conflict
from apps.exports.lifecycle import MAX_UNFINISHED

_STATE = {"type": "string", "description": "The export's current state.", "example": "running"}


class TooManyExports(Conflict):
    """The tenant has as many unfinished exports as it may have at once."""

    remedy = "Wait until one is done, or cancel one."
    example = f"{MAX_UNFINISHED} exports are unfinished; wait for one, or cancel one."


class ExportFinished(Conflict):
    """Only an export that is queued or running can be cancelled."""

    remedy = "Delete it, if its file is not needed."
    example = "The export is done; only a queued or running one can be cancelled."
    fields = {"export_state": _STATE}


class ExportHasNoFile(Conflict):
    """The export has no file: it is not done yet, has failed, was cancelled, or has expired."""

    remedy = "Read the export until its `state` is `done`; after its end, request another."
    example = "The export is running; it has a file when it is done."
    fields = {"export_state": _STATE}
