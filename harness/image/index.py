"""Pass this machine's package index to the build of an image, as secrets that no layer contains."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

NAMES = ("index-url", "extra-index-url", "trusted-host", "proxy", "timeout")
MOUNTED = "/run/secrets/certificates"  # where the Dockerfile mounts the certificates


def write_secrets(folder: Path) -> dict[str, Path]:
    """Write pip's configuration to `folder`, and return the Dockerfile's secrets, as files by id."""
    shown = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], check=True, capture_output=True, text=True
    ).stdout
    options = parse(shown)
    secrets = {"pip": folder / "pip.conf"}
    if certificates := options.pop("cert", ""):
        secrets["certificates"] = Path(certificates)
        options["cert"] = MOUNTED
    lines = [f"{name} = {value}" for name, value in options.items() if name in (*NAMES, "cert")]
    secrets["pip"].write_text("\n".join(["[global]", *lines, ""]))
    return secrets


def parse(shown: str) -> dict[str, str]:
    """Return the options by name, from what `pip config list` shows.

    The environment overrides pip's files. Indexes in folders of this machine are left out: the build cannot see them.
    """
    options: dict[str, str] = {}
    for line in sorted(shown.splitlines(), key=lambda line: line.startswith(":env:")):
        name, _, value = line.partition("=")
        words = [word for word in ast.literal_eval(value).split() if not word.startswith("file:")]
        if words:
            options[name.rpartition(".")[2]] = " ".join(words)
    return options
