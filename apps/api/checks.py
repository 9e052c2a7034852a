"""System checks of the API's views."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.urls import get_resolver


@register(Tags.urls)
def serializers_read_as_rows(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report serializers that a view reads as rows although one of their fields needs an object."""
    from apps.api.shapes import problems  # Cannot be imported before the apps are ready.

    found = {problem for serializer in row_serializers() for problem in problems(serializer)}
    return [Error(f"{where} {why}.", hint=instead, id="rows.E001") for where, why, instead in sorted(found)]


def row_serializers() -> list[Any]:
    """Return the serializers, sorted by name, of all views in the URLconf that read rows. Imports the URLconf."""
    return sorted(set(_serializers(get_resolver().url_patterns)), key=lambda serializer: serializer.__name__)


def _serializers(patterns: Iterable[Any]) -> Iterator[Any]:
    from apps.api.viewsets import ListViewSet

    for pattern in patterns:
        yield from _serializers(getattr(pattern, "url_patterns", ()))
        callback = getattr(pattern, "callback", None)
        view: Any = getattr(callback, "cls", object)
        if issubclass(view, ListViewSet):
            # An action may have its own serializer.
            serializer = getattr(callback, "initkwargs", {}).get("serializer_class", view.serializer_class)
            yield from (serializer,) if serializer else ()
