"""A volume that is small enough to fill."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from harness.machine import not_root


class Volume:
    """A small file system mounted at `folder`, which the database server may write to."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._filler = folder, folder / "filler"

    def fill(self) -> None:
        """Fill the volume."""
        with self._filler.open("wb", buffering=0) as filler, suppress(OSError):
            while True:
                filler.write(bytes(4096))

    def free(self) -> None:
        """Free the space again."""
        self._filler.unlink()


@contextmanager
def small_volume(megabytes: int) -> Iterator[Volume]:
    """Mount a volume in memory, as root or with sudo; skip the test if neither is allowed."""
    folder = Path(tempfile.mkdtemp(prefix="regression-lab-"))
    sudo = [] if os.getuid() == 0 else ["sudo", "-n"]
    mount = [*sudo, "mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "tmpfs", str(folder)]
    if (sudo and not shutil.which("sudo")) or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("A full disk was left out: mounting one needs root.")
    not_root(folder)
    try:
        yield Volume(folder)
    finally:
        subprocess.run([*sudo, "umount", "--lazy", str(folder)], check=True)
        folder.rmdir()
