"""Unauthenticated requests are refused from their headers alone, and failed keys are limited per address."""

from __future__ import annotations

from collections import Counter

from apps.tenancy.keys import MAX_FAILURES

LIST = "/api/v1/customers/"


def test_failed_keys_are_limited_per_address(service):
    def guess(number: int, address: str) -> int:
        made_up = {"Authorization": f"Bearer rl_{number:08}_0", "X-Forwarded-For": f"198.51.100.1, {address}"}
        answer = service.ask("GET", LIST, **made_up)
        assert ("retry-after" in answer.headers) == (answer.status == 429)
        return answer.status

    service.ask("GET", LIST)
    service.ask("GET", LIST)  # a known key is exempt
    statuses = Counter(guess(number, "203.0.113.7") for number in range(2 * MAX_FAILURES + 10))
    elsewhere = guess(0, "203.0.113.8")
    with_a_key = service.ask("GET", LIST, **{"X-Forwarded-For": "203.0.113.7"}).status

    # A new minute, which resets the limit, may have begun meanwhile.
    assert statuses[401] in (MAX_FAILURES, 2 * MAX_FAILURES)
    assert statuses[429] == 2 * MAX_FAILURES + 10 - statuses[401]
    assert (elsewhere, with_a_key) == (401, 200)


def test_unauthenticated_request_is_401_before_the_body_size_is_checked(service):
    head = f"POST {LIST} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-Proto: https\r\nContent-Length: 99999999\r\n\r\n"

    assert service.raw(head.encode()).startswith(b"HTTP/1.1 401 ")


def test_expect_100_continue_is_answered_before_the_body(service):
    """`Expect: 100-continue` (RFC 9110, 10.1.1): curl sends it with large bodies."""
    key = "".join(f"{name}: {value}\r\n" for name, value in service.headers.items())
    head = f"POST {LIST} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nExpect: 100-continue\r\n"

    without_key = service.raw(f"{head}X-Forwarded-Proto: https\r\nContent-Length: 10\r\n\r\n".encode())
    too_large = service.raw(f"{head}{key}Content-Length: {2**21}\r\n\r\n".encode())

    assert without_key.startswith(b"HTTP/1.1 401 ")
    assert too_large.startswith(b"HTTP/1.1 413 ")


def test_a_page_receives_no_more_than_a_form(service):
    """Anyone may send a body to a page, so many of them must not fill the memory."""
    head = "POST /docs/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n"

    form = service.raw(f"{head}Content-Length: 65536\r\n\r\n".encode() + b"x" * 65536)
    too_large = service.raw(f"{head}Content-Length: 65537\r\n\r\n".encode() + b"x" * 65537)

    assert form.startswith(b"HTTP/1.1 405 ")
    assert too_large.startswith(b"HTTP/1.1 413 ")
