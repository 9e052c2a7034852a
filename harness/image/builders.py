"""Build images, and look into them: with Docker, or with buildah where there is no Docker daemon."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness.machine import ROOT

# The base image for buildah. Docker pulls the one that the Dockerfile names.
BASE = "localhost/regression-lab-base"
DEBIAN, PACKAGES = "bookworm", "python3,python3-venv,ca-certificates"
# Runs a command of an unpacked image as its user, in its folder and with nothing but its variables. The root file
# system is mounted read-only, and /tmp is empty. The shell replaces itself, so that signals reach the command.
ENTER = """
root=$1 user=$2 folder=$3
shift 3
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
exec chroot --userspec="$user" --groups="${user#*:}" "$root" /usr/bin/env -i --chdir="$folder" "$@"
"""


class Image:
    """An image, by its tag. `root` is a folder with a copy of its file system, to read."""

    def __init__(self, tag: str, root: Path, config: dict[str, Any]) -> None:
        """`config`: what the Dockerfile has set, in Docker's format (User, Env, Cmd, Healthcheck, Labels, …)."""
        self.tag, self.root, self.config = tag, root, config

    @property
    def megabytes(self) -> int:
        """The size of its files."""
        files = (file.lstat() for file in self.root.rglob("*"))
        return sum({entry.st_ino: entry.st_size for entry in files}.values()) // 1_000_000

    def command(self, arguments: Sequence[str], environment: Mapping[str, str]) -> list[str]:
        """Return a command that runs `arguments` in the image, and shares this machine's network.

        The root file system is read-only, and only /tmp can be written to. Without arguments, it runs the image's own.
        """
        raise NotImplementedError


class DockerImage(Image):
    def command(self, arguments: Sequence[str], environment: Mapping[str, str]) -> list[str]:
        variables = [f"--env={name}={value}" for name, value in environment.items()]
        options = [
            "--read-only",
            "--tmpfs=/tmp",
            "--network=host",
            "--cap-drop=ALL",
            "--security-opt=no-new-privileges",
        ]
        return ["docker", "run", "--rm", *options, *variables, self.tag, *arguments]


class UnpackedImage(Image):
    def command(self, arguments: Sequence[str], environment: Mapping[str, str]) -> list[str]:
        variables = [*self.config["Env"], *(f"{name}={value}" for name, value in environment.items())]
        place = (str(self.root), self.config["User"], self.config.get("WorkingDir") or "/")
        enter = ["unshare", "--mount", "sh", "-euc", ENTER, "enter", *place]
        return [*enter, *variables, *(arguments or self.config["Cmd"])]


class Docker:
    """Build with the Docker daemon."""

    def build(self, tag: str, target: str, secrets: Mapping[str, Path], options: Sequence[str]) -> None:
        """Build a target of the Dockerfile. `options`: more of `docker build`. Raises CalledProcessError."""
        command = ["docker", "build", f"--target={target}", f"--tag={tag}", *_secrets(secrets), *options, "."]
        subprocess.run(command, cwd=ROOT, env={**os.environ, "DOCKER_BUILDKIT": "1"}, check=True)

    @contextmanager
    def open(self, tag: str) -> Iterator[Image]:
        """Unpack the image inside the block."""
        (described,) = json.loads(_output("docker", "image", "inspect", tag))
        container = _output("docker", "create", tag)
        folder = Path(tempfile.mkdtemp(prefix="regression-lab-"))
        try:
            with subprocess.Popen(["docker", "export", container], stdout=subprocess.PIPE) as exported:
                unpack = ["tar", "-x", "--no-same-owner", "--exclude=dev/*", "-C", str(folder)]
                subprocess.run(unpack, stdin=exported.stdout, check=True)
            yield DockerImage(tag, folder, described["Config"])
        finally:
            _output("docker", "rm", "--volumes", container)
            shutil.rmtree(folder)


class Buildah:
    """Build with buildah, without a daemon or a registry: mmdebstrap makes the base from Debian's packages.

    Needs root. The images are in buildah's storage of the driver `vfs`, which works in containers too. The base stays
    there: remove it (`buildah --storage-driver vfs rmi localhost/regression-lab-base`) to have Debian's updates.
    """

    def build(self, tag: str, target: str, secrets: Mapping[str, Path], options: Sequence[str]) -> None:
        """Build a target of the Dockerfile. `options`: more of `buildah bud`. Raises CalledProcessError."""
        if not self._id_of(BASE):
            self._make_base()
        former = self._id_of(tag)
        # Only Docker's format has health checks.
        command = ["bud", "--format=docker", "--isolation=chroot", "--pull-never", f"--build-arg=BASE={BASE}"]
        command += [f"--target={target}", f"--tag={tag}", *_secrets(secrets), *options, "."]
        subprocess.run(["buildah", "--storage-driver=vfs", *command], cwd=ROOT, check=True)
        if former not in ("", self._id_of(tag)):
            # Refused, and of no harm, while a container of the former image is in use.
            subprocess.run(["buildah", "--storage-driver=vfs", "rmi", former], capture_output=True)

    @contextmanager
    def open(self, tag: str) -> Iterator[Image]:
        """Unpack the image inside the block."""
        described = json.loads(self._buildah("inspect", "--type=image", tag))
        container = self._buildah("from", "--pull-never", tag)
        try:
            yield UnpackedImage(tag, Path(self._buildah("mount", container)), described["Docker"]["config"])
        finally:
            self._buildah("rm", container)

    def _make_base(self) -> None:
        with tempfile.TemporaryDirectory(prefix="regression-lab-") as folder:
            archive = f"{folder}/base.tar"
            subprocess.run(
                ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={PACKAGES}", DEBIAN, archive], check=True
            )
            container = self._buildah("from", "scratch")
            self._buildah("add", container, archive, "/")
        self._buildah("commit", "--rm", container, BASE)

    def _id_of(self, tag: str) -> str:
        return self._buildah("images", "--quiet", "--filter", f"reference={tag}")

    def _buildah(self, *arguments: str) -> str:
        return _output("buildah", "--storage-driver=vfs", *arguments)


def find_builder() -> Docker | Buildah:
    """Return what builds images on this machine. Raises FileNotFoundError if nothing does."""
    if shutil.which("docker") and subprocess.run(["docker", "info"], capture_output=True).returncode == 0:
        return Docker()
    if os.getuid() == 0 and shutil.which("buildah") and shutil.which("mmdebstrap"):
        return Buildah()
    raise FileNotFoundError(
        "Building the image needs a Docker daemon that this user may use, or else root's rights with buildah and "
        "mmdebstrap (Debian: apt install buildah mmdebstrap)."
    )


def _secrets(secrets: Mapping[str, Path]) -> list[str]:
    return [f"--secret=id={name},src={file}" for name, file in secrets.items()]


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
