"""Write the bill of materials (SBOM) of an image: its Python, the packages of Python, and those of Debian."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

PACKAGES = "opt/venv/lib/python*/site-packages"


def write_sbom(root: Path, name: str, version: str, file: Path) -> None:
    """Write the packages of the file system `root` to `file`, as CycloneDX in JSON. Raises CalledProcessError."""
    (packages,) = root.glob(PACKAGES)
    with tempfile.TemporaryDirectory(prefix="regression-lab-") as folder:
        # cyclonedx-py asks an interpreter where its packages are. The image's own cannot run outside the image.
        interpreter = Path(folder) / "python"
        interpreter.write_text(f"#!/bin/sh\necho '{json.dumps([str(packages)])}'\n")
        interpreter.chmod(0o755)
        command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible"]
        written = subprocess.run([*command, str(interpreter)], check=True, stdout=subprocess.PIPE).stdout
    sbom = json.loads(written)
    sbom["metadata"]["component"] = {"type": "container", "bom-ref": name, "name": name, "version": version}
    sbom["components"] += [python(root), *debian_packages(root)]
    file.write_text(json.dumps(sbom, indent=2) + "\n")


def python(root: Path) -> dict[str, Any]:
    """Return a CycloneDX component for the interpreter, which is no Debian package in Docker's own images of Python."""
    (version,) = re.findall("^version = (.*)$", (root / "opt/venv/pyvenv.cfg").read_text(), re.MULTILINE)
    purl = f"pkg:generic/python@{version}"
    return {"type": "application", "bom-ref": purl, "name": "python", "version": version, "purl": purl}


def debian_packages(root: Path) -> list[dict[str, Any]]:
    """Return a CycloneDX component for each installed Debian package."""
    (release,) = re.findall("^VERSION_CODENAME=(.*)$", (root / "etc/os-release").read_text(), re.MULTILINE)
    components = []
    for entry in (root / "var/lib/dpkg/status").read_text().split("\n\n"):
        fields = dict(re.findall("^([A-Z][A-Za-z-]*): (.*)$", entry, re.MULTILINE))
        if fields.get("Status") == "install ok installed":
            name, version = fields["Package"], fields["Version"]
            qualifiers = f"arch={fields['Architecture']}&distro={release}"
            purl = f"pkg:deb/debian/{name}@{quote(version, safe='')}?{qualifiers}"
            components.append({"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl})
    return components
