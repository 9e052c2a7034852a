"""Where the files are: a folder, or S3 (settings.EXPORTS_STORAGE). Each attempt at an export has a name of its own."""

import uuid
from contextlib import suppress
from logging import getLogger
from typing import IO, Any

from django.core.files.storage import FileSystemStorage, Storage, storages

from apps.exports.pace import PacedFile

LINK_SECONDS = 60  # for which a signed URL is valid


def storage() -> Storage:
    return storages["exports"]


def folder_of(tenant_id: int, export_id: int) -> str:
    """Return the folder of an export's files. Nothing else is in it."""
    return f"{tenant_id}/{export_id}"


def save(folder: str, token: uuid.UUID, file: IO[bytes]) -> str:
    """Store a file from its beginning, and return its name."""
    file.seek(0)
    return storage().save(f"{folder}/{token.hex}", PacedFile(file))


def remove(folder: str) -> None:
    """Delete a folder with all its files: an export's file, and what workers left that were killed. Never raises.

    What cannot be deleted now is found by `manage.py expire_exports`.
    """
    try:
        for name in names_in(folder)[1]:
            storage().delete(f"{folder}/{name}")
        if isinstance(storage(), FileSystemStorage):  # S3 has no folders.
            with suppress(OSError):
                storage().delete(folder)
    except Exception as error:  # whatever a storage raises
        getLogger(__name__).warning("The files of export %s could not be deleted: %r", folder, error)


def remove_one(name: str) -> None:
    """Delete a file that no export names. Never raises; see `remove`."""
    try:
        storage().delete(name)
    except Exception as error:
        getLogger(__name__).warning("The file %s could not be deleted: %r", name, error)


def names_in(folder: str) -> tuple[list[str], list[str]]:
    """Return the names of the folders and of the files in a folder; none if it does not exist."""
    try:
        return storage().listdir(folder)
    except FileNotFoundError:
        return [], []


def signed_url(name: str, filename: str) -> str | None:
    """Return a URL under which anybody can read the file for LINK_SECONDS; None if the service has to send it."""
    if isinstance(storage(), FileSystemStorage):
        return None
    disposition = {"ResponseContentDisposition": f'attachment; filename="{filename}"'}
    s3: Any = storage()
    return s3.url(name, parameters=disposition, expire=LINK_SECONDS)
