"""Rules of this project that no linter checks: no model signals, tenant-first indexes, URLs, settings, services."""

from __future__ import annotations

import ast
import inspect
import json
import re
import weakref
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db.models import signals
from django.urls import URLPattern, get_resolver, include, path

from apps.background.models import Job
from apps.tenancy.models import ApiKey, Tenant
from apps.tenancy.owned import TenantManager, TenantOwned

ROOT = Path(__file__).parents[1]
# Of these, what is looked up before a tenant is known. A job holds ids and times only.
SHARED = (Tenant, ApiKey, Job)
MODELS = [model for model in apps.get_models() if model.__module__.startswith("apps.") and model not in SHARED]


def connected_receivers() -> list[str]:
    """Names of this project's functions that are connected to a model signal."""
    connected = [
        receiver() if isinstance(receiver, weakref.ReferenceType) else receiver
        for signal in vars(signals).values()
        if isinstance(signal, signals.ModelSignal)
        for _, receiver, *_ in signal.receivers
    ]
    names = [f"{receiver.__module__}.{receiver.__qualname__}" for receiver in connected if receiver]
    return [name for name in names if name.startswith(("apps.", "config.", "lab.", "tests."))]


def test_project_connects_no_model_signal():
    """The bug that this project is named after was a signal."""
    assert connected_receivers() == []


def test_connected_model_signal_is_detected():
    def delete_customer(sender, instance, **kwargs): ...

    delete_customer.__module__ = "apps.orders.signals"
    signals.post_save.connect(delete_customer)
    try:
        seen = connected_receivers()
    finally:
        signals.post_save.disconnect(delete_customer)

    assert seen == ["apps.orders.signals.test_connected_model_signal_is_detected.<locals>.delete_customer"]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_business_model_is_tenant_owned(model):
    assert issubclass(model, TenantOwned)
    assert type(model._base_manager) is type(model._default_manager) is TenantManager


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_index_begins_with_the_tenant(model):
    columns = [index.fields for index in model._meta.indexes]
    columns += [item.fields for item in model._meta.constraints if hasattr(item, "fields")]
    alone = [
        field.name for field in model._meta.local_fields if (field.db_index or field.unique) and not field.primary_key
    ]

    assert {fields[0] for fields in columns} == {"tenant"}
    assert alone == []
    assert model._meta.unique_together == ()


def test_every_app_is_a_package():
    """The import linter reads only packages."""
    assert [file for file in ROOT.glob("apps/*/apps.py") if not file.with_name("__init__.py").exists()] == []


def test_foreign_keys_name_the_class():
    """A string would hide the dependency from the import contracts."""
    strings = []
    for file in ROOT.glob("apps/*/models.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("ForeignKey", "OneToOneField")):
                strings += [ast.unparse(node) for argument in node.args[:1] if isinstance(argument, ast.Constant)]

    assert strings == []


def addresses(patterns, prefix: str = "") -> list[str]:
    paths = []
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        paths += [path] if isinstance(pattern, URLPattern) else addresses(pattern.url_patterns, path)
    return paths


def claimed_twice(patterns) -> list[str]:
    # Parameter names do not matter: orders/<int:pk>/ and orders/<int:order_id>/ are the same URL.
    shapes = Counter(re.sub(r"<(\w+:)?\w+>", "<>", address) for address in addresses(patterns))
    return [address for address, times in shapes.items() if times > 1]


def test_no_two_apps_claim_one_url():
    assert claimed_twice(get_resolver().url_patterns) == []


def test_url_claimed_twice_is_detected():
    view = lambda request: None  # noqa: E731
    twice = [
        path("", include([path("orders/<int:pk>/", view)])),
        path("", include([path("orders/<int:order_id>/", view)])),
    ]

    assert claimed_twice(twice) == ["orders/<>/"]


def test_every_environment_variable_is_documented():
    code = "".join((ROOT / name).read_text() for name in ("config/settings.py", "manage.py"))
    code += (ROOT / "apps/devtools/management/commands/run.py").read_text()
    read = set(re.findall(r"""(?:env\.\w+|environ\.get|environ)[(\[]["']([A-Z_]+)["']""", code))
    lines = (ROOT / ".env.example").read_text().splitlines()
    described = {
        line.split("=")[0]: lines[number - 1] for number, line in enumerate(lines) if re.match("[A-Z_]+=", line)
    }

    # Users do not set the variables of Django and its reloader.
    assert set(described) == read - {"DJANGO_SETTINGS_MODULE", "RUN_MAIN", "DJANGO_RUNSERVER_HIDE_WARNING"}
    for name, comment in described.items():
        assert comment.startswith("# ") or name == "PORT", name


def test_no_requirement_names_an_index():
    for file in ROOT.glob("requirements/*"):
        text = file.read_text()
        options = set(re.findall(r"(?<!\w)--?[a-z][a-z-]*", text))

        assert options <= {"-r", "--hash"}, file
        assert "://" not in text, file


def test_npm_packages_are_pinned_and_name_no_registry():
    versions = json.loads((ROOT / "tests/clients/package.json").read_text())["devDependencies"].values()
    packages = json.loads((ROOT / "tests/clients/package-lock.json").read_text())["packages"].values()

    assert [version for version in versions if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
    assert [package for package in packages if "resolved" in package] == []


@pytest.mark.parametrize("path", ["requirements/dev.txt", "bench/requirements.txt"])
def test_every_requirements_file_has_the_pins_of_production(path):
    pins = {
        name: set(re.findall("^[a-z].*==[^ ;]+", (ROOT / name).read_text(), re.M))
        for name in ("requirements/base.txt", path)
    }

    assert pins["requirements/base.txt"] - pins[path] == set()


# Services that return no id: seed and reset return counts, idempotency a stored response.
OTHER_SERVICES = {"apps.devtools.services", "apps.idempotency.services"}


def services_of_the_business() -> list[Callable[..., Any]]:
    names = {f"{app.name}.services" for app in apps.get_app_configs() if (Path(app.path) / "services.py").exists()}
    modules = [import_module(name) for name in sorted(names - OTHER_SERVICES) if name.startswith("apps.")]
    return [
        function
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    ]


@pytest.mark.parametrize("service", services_of_the_business(), ids=lambda service: service.__name__)
def test_services_take_keywords_and_ids_and_return_an_id_or_none(service):
    """The view reads the row again for its response, so a service cannot pass on stale data."""
    signature = inspect.signature(service)
    kinds = {parameter.kind for parameter in signature.parameters.values()}
    models = {model.__name__ for model in apps.get_models()}
    annotations = [str(parameter.annotation) for parameter in signature.parameters.values()]
    words = {word for annotation in annotations for word in re.findall(r"\w+", annotation)}

    assert kinds <= {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}
    assert words & models == set()
    assert signature.return_annotation in (int, None, "int", "None")
