"""An app that would not be plugged in as its author meant stops the start, and says why."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from apps.plugin import ProjectAppConfig, plugins

ROOT = Path(__file__).parents[1]
SETTINGS = """
SECRET_KEY = "tests"
INSTALLED_APPS = ["apps.tenancy", "returns"]
"""


def start(folder: Path, config: str) -> str:
    """What a process says that starts with the app `returns`, whose `apps.py` is `config`."""
    (folder / "returns").mkdir()
    (folder / "returns/__init__.py").touch()
    (folder / "returns/apps.py").write_text(config)
    (folder / "settings_with_returns.py").write_text(SETTINGS)
    environment = {"PYTHONPATH": f"{folder}:{ROOT}", "DJANGO_SETTINGS_MODULE": "settings_with_returns"}
    code = "import django; django.setup(); from apps.plugin import plugins; print([app.label for app in plugins()])"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True)
    return (done.stdout + done.stderr).splitlines()[-1]


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (
            'from apps.plugin import ProjectAppConfig\nclass Returns(ProjectAppConfig):\n    name = "returns"',
            "['tenancy', 'returns']",
        ),
        (
            "from apps.plugin import ProjectAppConfig\n"
            'class Returns(ProjectAppConfig):\n    name = "returns"\n    api_url = {"v1": "returns.urls"}',
            "django.core.exceptions.ImproperlyConfigured: returns.apps.Returns.api_url is no hook. "
            "Did you mean api_urls?",
        ),
        (
            'from django.apps import AppConfig\nclass Returns(AppConfig):\n    name = "returns"\n    triggers = "x"',
            "django.core.exceptions.ImproperlyConfigured: The AppConfig of returns has to inherit ProjectAppConfig "
            "(apps.plugin), in returns.apps.",
        ),
    ],
)
def test_an_app_starts_plugged_in_or_not_at_all(tmp_path, config, said):
    assert start(tmp_path, config) == said


def test_a_name_like_no_hook_is_refused_with_the_hooks():
    hooks = "api_urls, home_area, home_link, site_urls, triggers"

    with pytest.raises(ImproperlyConfigured, match=rf"\.colour is no hook\. Hooks: {hooks}\.$"):
        type("Config", (ProjectAppConfig,), {"name": "x", "colour": "red"})


@pytest.mark.parametrize("urls", ["apps.orders.urls", {"v9": "apps.orders.urls"}])
def test_urls_of_no_version_are_refused(urls):
    with pytest.raises(ImproperlyConfigured, match=r"api_urls maps versions \(v1\) to URL modules, it cannot be"):
        type("Config", (ProjectAppConfig,), {"name": "x", "api_urls": urls})


def test_an_app_of_the_project_cannot_have_a_plain_config(monkeypatch):
    plain = type("Plain", (), {"name": "apps.returns"})
    monkeypatch.setattr("apps.plugin.apps.get_app_configs", lambda: [plain])

    with pytest.raises(ImproperlyConfigured, match=r"^The AppConfig of apps\.returns has to inherit"):
        plugins()
