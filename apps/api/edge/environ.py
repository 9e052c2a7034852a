"""Convert a request from ASGI to the environ of a WSGI application (PEP 3333)."""

import io
import ipaddress
import sys
from typing import Any

from django.conf import settings

# Entries that the server adds for the middleware: the request's keys.Caller or the exception that refused it, and the
# name of a malformed header field.
CALLER, MALFORMED = "api.caller", "api.malformed"


def wsgi_environ(scope: dict[str, Any]) -> dict[str, Any]:
    """Return the environ of an ASGI `scope`, with an empty body.

    Header names with an underscore are dropped: in WSGI `X_Forwarded_Proto` equals `X-Forwarded-Proto`, and a proxy
    removes only the latter from clients' requests. Values of a repeated field are joined (RFC 9110, 5.3).
    """
    host, port = scope["server"]
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": scope["client"][0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw, value in scope["headers"]:
        if b"_" in raw:
            continue
        name, text = raw.decode("latin-1").upper().replace("-", "_"), value.decode("latin-1")
        if name not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            name = f"HTTP_{name}"
        if name in environ:
            text = f"{environ[name]}{'; ' if name == 'HTTP_COOKIE' else ', '}{text}"
        environ[name] = text
    return environ


def client_address(environ: dict[str, Any]) -> str:
    """Return the client's IPv4 address, or its IPv6 /64 network: one client usually controls a whole /64.

    Behind a trusted proxy it is taken from the last entry of X-Forwarded-For, the one that the proxy appended.
    """
    forwarded = environ.get("HTTP_X_FORWARDED_FOR", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    text = forwarded.rpartition(",")[2].strip() or environ.get("REMOTE_ADDR", "")
    try:
        address = ipaddress.ip_address(text)
    except ValueError:  # A Unix socket has no address.
        return text[:64]
    return str(address if address.version == 4 else ipaddress.ip_network((address, 64), strict=False))
