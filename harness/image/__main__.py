"""Build the images of production: `make image`, or `python -m harness.image [option of docker build or buildah bud …]`.

Writes the bill of materials of the service's image to image.cdx.json. Exit status: 1 if something is missing or fails.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from harness.image.builders import find_builder
from harness.image.index import write_secrets
from harness.image.sbom import write_sbom
from harness.machine import ROOT

SBOM = ROOT / "image.cdx.json"
TAGS = {"service": "regression-lab:dev", "pooler": "regression-lab-pooler:dev"}  # as in compose.yaml


def main(options: list[str]) -> None:
    try:
        builder = find_builder()
    except FileNotFoundError as error:
        sys.exit(str(error))
    version = re.findall('^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)[0]
    arguments = [f"--build-arg=VERSION={version}", f"--build-arg=REVISION={revision()}"]
    with tempfile.TemporaryDirectory(prefix="regression-lab-") as folder:
        secrets = write_secrets(Path(folder))
        for target, tag in TAGS.items():
            try:
                builder.build(tag, target, secrets, [*arguments, *options])
            except subprocess.CalledProcessError as error:
                sys.exit(f"{tag} was not built: {error}")
    for tag in TAGS.values():
        with builder.open(tag) as image:
            sys.stdout.write(f"{tag}: {image.megabytes} MB\n")
            if tag == TAGS["service"]:
                write_sbom(image.root, tag.partition(":")[0], version, SBOM)
                sys.stdout.write(f"its bill of materials: {SBOM.relative_to(ROOT)}\n")


def revision() -> str:
    """Return the commit, or "unknown" outside a git repository."""
    found = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return found.stdout.strip() or "unknown"


if __name__ == "__main__":
    main(sys.argv[1:])
