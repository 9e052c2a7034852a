"""A misconfigured app (unknown hook, plain AppConfig, bad `api_urls`) stops the start with a clear error."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from apps.plugin import ProjectAppConfig, plugins, versions

ROOT = Path(__file__).parents[1]
SETTINGS = """
SECRET_KEY = "tests"
INSTALLED_APPS = ["apps.tenancy", "returns"]
"""


def start(folder: Path, config: str) -> str:
    """Start a process with the app `returns`, whose `apps.py` is `config`; return the last line of its output."""
    (folder / "returns").mkdir()
    (folder / "returns/__init__.py").touch()
    (folder / "returns/apps.py").write_text(config)
    (folder / "settings_with_returns.py").write_text(SETTINGS)
    environment = {"PYTHONPATH": f"{folder}:{ROOT}", "DJANGO_SETTINGS_MODULE": "settings_with_returns"}
    code = "import django; django.setup(); from apps.plugin import plugins; print([app.label for app in plugins()])"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True)
    return (done.stdout + done.stderr).splitlines()[-1]


@pytest.mark.parametrize(
    ("config", "last_line"),
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
def test_misconfigured_app_stops_the_start(tmp_path, config, last_line):
    assert start(tmp_path, config) == last_line


def test_unknown_hook_is_refused_with_a_list_of_hooks():
    hooks = "api_tags, api_urls, home_area, home_link, jobs, site_urls, triggers"

    with pytest.raises(ImproperlyConfigured, match=rf"\.colour is no hook\. Hooks: {hooks}\.$"):
        type("Config", (ProjectAppConfig,), {"name": "x", "colour": "red"})


@pytest.mark.parametrize("urls", ["apps.orders.urls", {"1": "apps.orders.urls"}, {"v0": "apps.orders.urls"}])
def test_api_urls_without_a_version_are_refused(urls):
    with pytest.raises(
        ImproperlyConfigured, match=r"api_urls maps versions \(v1, v2, …\) to URL modules, it cannot be"
    ):
        type("Config", (ProjectAppConfig,), {"name": "x", "api_urls": urls})


@pytest.mark.parametrize(
    ("mounted", "found"), [(("v1", "v2"), ["v1", "v2"]), (("v10", "v9", "v11"), ["v9", "v10", "v11"])]
)
def test_versions_are_those_that_apps_mount(monkeypatch, mounted, found):
    apps = [type("Config", (), {"api_urls": {version: "x"}}) for version in mounted]
    monkeypatch.setattr("apps.plugin.plugins", lambda: apps)

    assert versions() == found


def test_a_version_without_the_one_before_it_is_refused(monkeypatch):
    monkeypatch.setattr("apps.plugin.plugins", lambda: [type("Config", (), {"api_urls": {"v1": "x", "v9": "x"}})])

    with pytest.raises(ImproperlyConfigured, match=r"^No app mounts v8, but one mounts v9\.$"):
        versions()


def test_project_app_with_a_plain_app_config_is_refused(monkeypatch):
    plain = type("Plain", (), {"name": "apps.returns"})
    monkeypatch.setattr("apps.plugin.apps.get_app_configs", lambda: [plain])

    with pytest.raises(ImproperlyConfigured, match=r"^The AppConfig of apps\.returns has to inherit"):
        plugins()
