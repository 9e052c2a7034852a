from typing import Any

from django.http import HttpResponse
from django.urls import Resolver404, resolve

from apps.api.problems import problem
from apps.api.request import ApiRequest, Step, is_api_request


class Routing(Step):
    """Resolve the URL of an API request: 404 for an unknown one, 405 for a method that its view does not support.

    Django would resolve it only after the last middleware, when key and body have already been read.
    """

    def __call__(self, request: ApiRequest) -> HttpResponse:
        if not is_api_request(request):
            return self.get_response(request)
        try:
            request.resolver_match = match = resolve(request.path_info)
        except Resolver404:
            return problem(request, 404, f"There is nothing at this address.{_slash_hint(request.path_info)}")
        allowed = _allowed_methods(match.func)
        if allowed and request.method not in allowed:
            detail = f'Method "{request.method}" not allowed.'
            return problem(request, 405, detail, headers={"Allow": ", ".join(allowed)})
        return self.get_response(request)


def _allowed_methods(view: Any) -> list[str]:
    """Return the methods of a DRF view. Other views refuse methods by themselves, so for them return none."""
    if not hasattr(view, "cls"):
        return []
    # A viewset's methods are bound when it is mounted. OPTIONS is left out: the OpenAPI schema describes views.
    bound = getattr(view, "actions", None) or [name for name in view.cls.http_method_names if hasattr(view.cls, name)]
    names = [*bound, "head"] if "get" in bound and "head" not in bound else [*bound]
    return [name.upper() for name in names if name in view.cls.http_method_names and name != "options"]


def _slash_hint(path: str) -> str:
    other = path.rstrip("/") if path.endswith("/") else f"{path}/"
    try:
        resolve(other)
    except Resolver404:
        return ""
    return f" Did you mean {other} ?"
