"""Run a scenario in a separate process with plug-ins that production lacks, such as the profiler and the admin."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CODE = """
import json, sys
import django
django.setup()
from django.utils.module_loading import import_string
print(json.dumps(import_string(sys.argv[1])(), default=str))
"""


def run_plugged(
    scenario: str, database: dict[str, str], plugins: str = "apps.devtools,silk,django.contrib.admin"
) -> tuple[Any, str]:
    """Call the function at the dotted path `scenario` after `migrate`; return its result and the process's log."""
    plugged = {
        **os.environ,
        **database,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEBUG": "on",
        "PLUGINS": plugins,
    }
    for command in (["manage.py", "migrate", "-v", "0"], ["-c", CODE, scenario]):
        done = subprocess.run([sys.executable, *command], cwd=ROOT, env=plugged, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr
