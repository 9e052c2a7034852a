from django import template
from django.apps import apps
from django.urls import reverse

from apps.plugin import plugins

register = template.Library()


@register.simple_tag
def tools() -> list[tuple[str, str]]:
    """Return the names and URLs of the pages for people: the project's own, and each installed app's `home_link`."""
    pages = [("Docs", reverse("documentation"))]
    if apps.is_installed("silk"):
        pages.append(("Silk", reverse("silk:summary")))
    pages += [app.home_link for app in plugins() if app.home_link]
    if apps.is_installed("django.contrib.admin"):
        pages.append(("Admin", reverse("admin:index")))
    return pages
