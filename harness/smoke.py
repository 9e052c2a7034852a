"""Ask a deployed service whether it works: `SMOKE_KEY=… python -m harness.smoke https://orders.example.com`.

The key belongs to a tenant for this purpose alone (scope `write`), because a customer and a cancelled order remain.
Prints a line for each check; the exit status is 1 if one failed. Only Python's library is needed.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
import uuid
from typing import Any, NamedTuple

SECONDS = 10
API = "/api/v1"


class Answer(NamedTuple):
    status: int
    json: Any


class Site:
    """Sends requests to the service at `url`."""

    def __init__(self, url: str, key: str) -> None:
        self._url, self._key = url.rstrip("/"), key

    def send(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> Answer:
        """Return status and JSON of the response. Raises OSError without one, ValueError if its body is not JSON."""
        headers = {"Authorization": f"Bearer {self._key if key is None else key}", "Content-Type": "application/json"}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as response:
                return Answer(response.status, json.load(response))
        except urllib.error.HTTPError as refused:
            return Answer(refused.code, json.load(refused))


def checks(site: Site) -> list[str]:
    """Make the requests, print a line for each, and return what was wrong."""
    wrong = list[str]()

    def check(name: str, answer: Answer, status: int, *, right: bool = True) -> Answer:
        is_good = answer.status == status and right
        sys.stdout.write(f"{'ok' if is_good else 'FAILED'}  {name}: {answer.status}\n")
        if not is_good:
            wrong.append(f"{name}: {answer.status} instead of {status}: {json.dumps(answer.json)[:500]}")
        return answer

    check("a wrong key is refused", site.send("GET", f"{API}/orders/", key="wrong"), 401)
    customer = {"name": "Smoke Test", "email": f"smoke-{uuid.uuid4().hex[:12]}@example.com"}
    made = check("a customer is created", site.send("POST", f"{API}/customers/", customer), 201)
    if wrong:
        return wrong
    path = f"{API}/customers/{made.json['id']}/"
    items = [{"sku": "SMOKE", "quantity": 2, "unit_price_cents": 450}]
    order = site.send("POST", f"{API}/orders/", {"customer": made.json["id"], "items": items})
    check("an order is created", order, 201, right=order.json.get("total_cents") == 900)
    if wrong:
        return wrong
    paid = site.send("POST", f"{API}/orders/{order.json['id']}/pay/")
    check("it is paid", paid, 200, right=paid.json.get("status") == "paid")
    summary = site.send("GET", f"{API}/reporting/summary/")
    check("the summary of the top customers", summary, 200)
    cancelled = site.send("POST", f"{API}/orders/{order.json['id']}/cancel/")
    check("it is cancelled", cancelled, 200, right=cancelled.json.get("status") == "cancelled")
    check("its customer is still there", site.send("GET", path), 200)
    return wrong


def main() -> int:
    key = os.environ.get("SMOKE_KEY", "")
    if len(sys.argv) != 2 or not key:
        sys.stderr.write("usage: SMOKE_KEY=… python -m harness.smoke https://orders.example.com\n")
        return 2
    try:
        wrong = checks(Site(sys.argv[1], key))
    except (OSError, ValueError) as error:
        wrong = [f"no usable response: {error}"]
    sys.stderr.writelines(f"{line}\n" for line in wrong)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
