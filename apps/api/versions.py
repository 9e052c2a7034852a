"""Versions of the API: one OpenAPI document for each, and operations whose end is announced."""

import threading
from collections.abc import Callable
from datetime import date, datetime, time, timezone
from typing import Any, NamedTuple, TypeVar

from django.utils.http import http_date
from drf_spectacular.generators import SchemaGenerator

from apps.plugin import versions

_generating = threading.Lock()
Target = TypeVar("Target", bound=Callable[..., Any])


class VersionGenerator(SchemaGenerator):
    """Generate the OpenAPI document of one version, by default of the first."""

    def __init__(self, *args: Any, api_version: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prefix = f"/api/{api_version or versions()[0]}/"

    def get_schema(self, *args: Any, **kwargs: Any) -> Any:
        # drf-spectacular loads its extensions at first use, which two threads at once would break.
        with _generating:
            return super().get_schema(*args, **kwargs)

    def _initialise_endpoints(self) -> None:
        super()._initialise_endpoints()
        self.endpoints = [endpoint for endpoint in self.endpoints or [] if endpoint[0].startswith(self.prefix)]


class Deprecation(NamedTuple):
    """When an operation became deprecated, from when on it may be gone (None: undecided), and a page about it."""

    since: date
    sunset: date | None
    link: str

    @property
    def headers(self) -> dict[str, str]:
        """The header fields Deprecation (RFC 9745), Sunset (RFC 8594) and Link."""
        headers = {"Deprecation": f"@{_seconds(self.since)}", "Link": f'<{self.link}>; rel="deprecation"'}
        return {**headers, "Sunset": http_date(_seconds(self.sunset))} if self.sunset else headers


def deprecated(*, since: date, sunset: date | None = None, link: str = "/docs/versions") -> Callable[[Target], Target]:
    """Mark a view's method, or a view with all its methods, as deprecated: in the responses and in the schema."""

    def mark(target: Target) -> Target:
        target.deprecation = Deprecation(since, sunset, link)  # type: ignore[attr-defined]  # any function or class
        return target

    return mark


def deprecation_of(view: Any, method: str) -> Deprecation | None:
    """Return the deprecation of a view's operation, if it has one. `method` is the HTTP method."""
    own = vars(type(view))  # A view of the next version may inherit from one that is deprecated.
    handler = own.get(getattr(view, "action", None) or method.lower())
    return getattr(handler, "deprecation", None) or own.get("deprecation")


def _seconds(day: date) -> int:
    return int(datetime.combine(day, time.min, tzinfo=timezone.utc).timestamp())
