from __future__ import annotations

import pytest

from apps.api.edge.environ import client_address, wsgi_environ

SCOPE = {
    "type": "http",
    "http_version": "1.1",
    "method": "GET",
    "scheme": "http",
    "path": "/api/v1/customers/é/",
    "query_string": b"email=%C3%A9",
    "server": ("127.0.0.1", 8000),
    "client": ("192.0.2.1", 5000),
    "headers": [],
}


def environ_of(*headers: tuple[bytes, bytes]) -> dict[str, object]:
    return wsgi_environ({**SCOPE, "headers": list(headers)})


def test_environ_has_the_path_decoded_as_latin_1():
    environ = environ_of()

    assert environ["PATH_INFO"] == "/api/v1/customers/\xc3\xa9/"
    assert environ["QUERY_STRING"] == "email=%C3%A9"
    assert (environ["SERVER_PORT"], environ["REMOTE_ADDR"]) == ("8000", "192.0.2.1")


def test_environ_has_the_headers_under_their_cgi_names():
    environ = environ_of(
        (b"content-type", b"application/json"),
        (b"content-length", b"2"),
        (b"if-match", b'"caf\xe9"'),
        (b"accept", b"a"),
        (b"accept", b"b"),
        (b"cookie", b"c=1"),
        (b"cookie", b"d=2"),
    )

    assert {name: value for name, value in environ.items() if name.startswith(("HTTP_", "CONTENT_"))} == {
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": "2",
        "HTTP_IF_MATCH": '"caf\xe9"',
        "HTTP_ACCEPT": "a, b",
        "HTTP_COOKIE": "c=1; d=2",
    }


@pytest.mark.parametrize("name", [b"x_forwarded_proto", b"x-forwarded_proto", b"content_length", b"_"])
def test_header_with_an_underscore_is_dropped(name):
    assert environ_of((name, b"https")).keys() == environ_of().keys()
    assert "https" not in environ_of((name, b"https")).values()


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("", "192.0.2.1"),
        ("203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("no address" * 10, ("no address" * 10)[:64]),
    ],
)
def test_client_address_is_the_one_that_the_trusted_proxy_adds(settings, forwarded, address):
    environ = {"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": forwarded}
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    behind_a_proxy = client_address(environ)
    settings.SECURE_PROXY_SSL_HEADER = None

    assert behind_a_proxy == address
    assert client_address(environ) == "192.0.2.1"
