"""Find the model whose rows a path, a parameter or a field of the API names, from its views instead of its names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from django.apps import apps
from django.db import models
from django.urls import Resolver404, resolve

from apps.tenancy.isolation import is_tenant_owned, tenant_owned_models

_DOCS = Path(__file__).parents[2] / "docs"
# The committed schema of version 1 with development's operations, and after it those of later versions.
DOCUMENTS: list[dict[str, Any]] = [
    yaml.safe_load(file.read_text())
    for file in (_DOCS / "openapi-development.yaml", *sorted(_DOCS.glob("openapi-v*.yaml")))
]
DOCUMENT = DOCUMENTS[0]
Model = type[models.Model]


def view_at(path: str) -> Any:
    """The view class that serves a path of the schema; None if none does."""
    try:
        return getattr(resolve(re.sub(r"\{\w+\}", "1", path)).func, "cls", None)
    except Resolver404:
        return None


def view_of(path: str) -> Any:
    """The view class that serves a path, or else the nearest parent path, as for an action not yet written."""
    while path.count("/") > 1:
        if view := view_at(path):
            return view
        path = path.rstrip("/").rpartition("/")[0] + "/"
    return None


def model_of(view: Any) -> Model | None:
    """The tenant-owned model whose rows a view serves."""
    model = getattr(getattr(view, "queryset", None), "model", None)
    return model if model and is_tenant_owned(model) else None


def app_of(path: str) -> str:
    """The label of the app that serves a path."""
    return apps.get_containing_app_config(view_of(path).__module__).label


def collections() -> dict[str, Model]:
    """Paths of the lists without an id in their path, and the models that they list."""
    paths = [path for path, operations in DOCUMENT["paths"].items() if "{" not in path and "get" in operations]
    return {path: model for path in paths if (model := model_of(view_at(path)))}


def of_parameter(path: str, name: str) -> Model | None:
    """The model of a path parameter: that of the collection before it in the path, or else the view's own."""
    return model_of(view_at(path.partition(f"{{{name}}}")[0])) or model_of(view_of(path))


def of_query(path: str, name: str) -> Model | None:
    """The model of a query parameter, if it filters by a foreign key."""
    return foreign_key(model_of(view_of(path)), filtered_column(path, name))


def of_field(path: str, name: str) -> Model | None:
    """The model of a field of the body, if it is a foreign key."""
    return foreign_key(model_of(view_of(path)), source(path, name))


def filtered_column(path: str, name: str) -> str:
    """The column that a query parameter filters; the parameter's name if no filter declares it."""
    filterset = getattr(view_of(path), "filterset_class", None)
    declared = filterset.base_filters.get(name) if filterset else None
    return declared.field_name if declared else name


def source(path: str, name: str) -> str:
    """The column of a field of the request or response, with `__` for a column of a related row."""
    serializer = getattr(view_of(path), "serializer_class", None)
    field = serializer().fields.get(name) if serializer else None
    return field.source.replace(".", "__") if field else name


def foreign_key(model: Model | None, name: str) -> Model | None:
    """The tenant-owned model that a foreign key, named by its field or column, refers to."""
    for field in model._meta.local_fields if model else ():
        related = field.related_model
        if name in (field.name, field.attname) and related and is_tenant_owned(related):
            return related
    return None


def key_names(*owners: Model | None) -> set[str]:
    """The names of the foreign keys to tenant-owned rows, of the given models or else of all."""
    return {
        field.name
        for model in owners or tenant_owned_models()
        for field in (model._meta.local_fields if model else ())
        if foreign_key(model, field.name)
    }


def shown_columns(model: Model) -> list[str]:
    """The columns of a model that its lists show."""
    columns = {field.attname for field in model._meta.local_fields}
    names = {field.name: field.attname for field in model._meta.local_fields}
    views = [view_at(path) for path, listed in collections().items() if listed is model]
    sources = [field.source for view in views for field in view.serializer_class().fields.values()]
    return sorted({names.get(source, source) for source in sources} & columns)
