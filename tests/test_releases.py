"""The release is one number everywhere, and CHANGELOG dates it."""

from __future__ import annotations

import re

import yaml
from django.conf import settings

from harness.machine import ROOT


def test_the_release_is_the_same_everywhere():
    heads = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    dated = [head for head in heads if head != "Unreleased"]
    project = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    document = yaml.safe_load((ROOT / "docs/openapi.yaml").read_text())

    assert re.fullmatch(r"\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d", dated[0])
    assert dated[0].split(" ")[0] == settings.RELEASE == project[1] == document["info"]["version"]
