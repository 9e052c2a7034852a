"""The lab's pages, which are served only if DEBUG is on."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from apps.api.csp import strict_policy
from lab.core import source
from lab.core.fault import Fault, LabError
from lab.core.loader import UnknownFault, all_faults, find_faults
from lab.measuring import evidence, recording
from lab.measuring.picture import Picture, picture
from lab.proving import messages

View = Callable[..., HttpResponse]
HEADS = ("--- right/", "+++ buggy/", "@@")
SIGNS = {"+": "added", "-": "removed"}


def development_only(view: View) -> View:
    """Return 404 unless DEBUG is on."""

    @wraps(view)
    def checked(request: HttpRequest, **arguments: Any) -> HttpResponse:
        if not settings.DEBUG:
            raise Http404
        return view(request, **arguments)

    return checked


@development_only
@strict_policy
@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    kinds = [(kind, list(faults)) for kind, faults in groupby(_pictured(), key=lambda pair: pair[0].kind)]
    return render(request, "lab/catalogue.html", {"kinds": kinds})


def home_area(request: HttpRequest) -> str:
    """Render the lab's part of the home page, which is empty unless DEBUG is on."""
    return render_to_string("lab/area.html", {"faults": _pictured()}, request) if settings.DEBUG else ""


@development_only
@strict_policy
@require_safe
def fault(request: HttpRequest, slug: str) -> HttpResponse:
    return page(request, _find(slug))


@development_only
@strict_policy
@require_POST
def record(request: HttpRequest, slug: str) -> HttpResponse:
    """Record the fault's request in Silk and redirect to its page; if that fails, show the reason with status 500."""
    named = _find(slug)
    try:
        recording.record([named])
    except LabError as error:
        return page(request, named, error=str(error), status=500)
    return HttpResponseRedirect(f"{reverse('lab-fault', args=[slug])}#silk")


def page(request: HttpRequest, fault: Fault, *, error: str = "", status: int = 200) -> HttpResponse:
    """Render the page of a fault, with `error` as an alert if there is one."""
    recordings: list[recording.Recorded] = []
    try:
        recordings = recording.recorded(fault.slug) if recording.installed() else []
    except LabError as unreadable:
        error = error or str(unreadable)
    context = {
        "fault": fault,
        "picture": picture(_measured().get(fault.slug)),
        "messages": messages.read(fault.slug),
        "diff": [(_line_kind(line), line) for line in source.diff(fault).splitlines()],
        "silk": recording.installed(),
        "recordings": recordings,
        "error": error,
    }
    return render(request, "lab/fault.html", context, status=status)


def _find(slug: str) -> Fault:
    try:
        return find_faults([slug])[0]
    except UnknownFault as error:
        raise Http404(str(error)) from error


def _measured() -> dict[str, evidence.Evidence]:
    return {measured["slug"]: measured for measured in evidence.read()}


def _line_kind(line: str) -> str:
    return "place" if line.startswith(HEADS) else SIGNS.get(line[:1], "")


def _pictured() -> list[tuple[Fault, Picture | None]]:
    """Return every fault with its picture, sorted by kind."""
    measured = _measured()
    faults = sorted(all_faults(), key=lambda fault: fault.kind)
    return [(fault, picture(measured.get(fault.slug))) for fault in faults]
