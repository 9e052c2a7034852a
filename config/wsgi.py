import os
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

django_application = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Any) -> Any:
    """Django's application, but always in UTF-8.

    Django decodes the query string with the codec that a request's Content-Type names, any of Python's: some fail
    before the first middleware, some make text that no database takes.
    """
    media_type, parameters = parse_header_parameters(environ.get("CONTENT_TYPE", ""))
    if parameters.get("charset", "utf-8").lower() != "utf-8":
        environ["CONTENT_TYPE"] = media_type
    return django_application(environ, start_response)
