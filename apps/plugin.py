"""One way to plug in an app: a ProjectAppConfig in its `apps.py` names what the app brings to the project."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from itertools import pairwise
from typing import Any, ClassVar

from django.apps import AppConfig, apps
from django.core.exceptions import ImproperlyConfigured

VERSION = re.compile(r"v[1-9][0-9]*")
# What Django reads from an AppConfig beside the attributes that the class itself has.
_DJANGOS = {"name", "label", "verbose_name", "path"}


class ProjectAppConfig(AppConfig):
    """Django's AppConfig with the project's hooks; a subclass is its app's default configuration.

    Raises ImproperlyConfigured for a public name that is neither a hook nor Django's: a misspelt hook would do nothing.
    """

    # Django picks the one class of `apps.py` that is a default: a subclass, not this one, which it finds there too.
    default = False

    api_urls: ClassVar[Mapping[str, str]] = {}
    """URL modules by API version: `{"v1": "apps.orders.urls"}` is mounted under /api/v1/, behind a key."""

    api_tags: ClassVar[Mapping[str, str]] = {}
    """Groups of operations in the API's documentation: the first part of their address -> what they are about."""

    site_urls: ClassVar[str] = ""
    """URL module of pages, mounted at the root, without a key."""

    triggers: ClassVar[str] = ""
    """Module with TRIGGERS and NUMBERS, which `migrate` installs (see `apps.database`)."""

    jobs: ClassVar[Mapping[str, str]] = {}
    """Kinds of background work: each kind -> dotted path of its handler (see `apps.background.work.Handler`)."""

    home_link: ClassVar[tuple[str, str] | None] = None
    """Name and address of a page, linked at the top of the console."""

    home_area: ClassVar[str] = ""
    """Dotted path to a function that takes the request and renders a part of the console."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.default = True
        known = {*dir(ProjectAppConfig), *_DJANGOS}
        for name in vars(cls):
            if not name.startswith("_") and name not in known:
                raise ImproperlyConfigured(f"{_full_name(cls)}.{name} is no hook. {_suggest(name, known)}")
        if not isinstance(cls.api_urls, Mapping) or not all(VERSION.fullmatch(str(name)) for name in cls.api_urls):
            raise ImproperlyConfigured(
                f"{_full_name(cls)}.api_urls maps versions (v1, v2, …) to URL modules, it cannot be {cls.api_urls!r}."
            )


# Every public name that this class adds to Django's.
HOOKS = {name for name in vars(ProjectAppConfig) if not name.startswith("_") and name != "default"}


def plugins() -> list[ProjectAppConfig]:
    """Every installed app of the project, in the order of INSTALLED_APPS.

    Raises ImproperlyConfigured for an app below `apps` with another kind of AppConfig, and for any AppConfig that has a
    hook's name without being a ProjectAppConfig: nothing would read it.
    """
    plugged = []
    for config in apps.get_app_configs():
        if isinstance(config, ProjectAppConfig):
            plugged.append(config)
        elif config.name.startswith("apps.") or HOOKS & {*dir(config)}:
            raise ImproperlyConfigured(
                f"The AppConfig of {config.name} has to inherit ProjectAppConfig (apps.plugin), in {config.name}.apps."
            )
    return plugged


def versions() -> list[str]:
    """Return the versions of the API that the installed apps mount, the oldest first.

    Raises ImproperlyConfigured for a gap between them, which a misspelt version would leave.
    """
    numbers = sorted({int(version[1:]) for app in plugins() for version in app.api_urls})
    for before, number in pairwise(numbers):
        if number != before + 1:
            raise ImproperlyConfigured(f"No app mounts v{number - 1}, but one mounts v{number}.")
    return [f"v{number}" for number in numbers]


def _full_name(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _suggest(name: str, known: set[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"Did you mean {close[0]}?" if close else f"Hooks: {', '.join(sorted(HOOKS))}."
