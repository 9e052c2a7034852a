"""The reports' workloads, each with the time that it may take at a million orders."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bench.works import API, Work

ROOT = f"{API}reporting/"
WEEK, TWO_DAYS = "from=2026-03-02&to=2026-03-08", "from=2026-03-10&to=2026-03-11"
HALF_YEAR = "from=2026-01-01&to=2026-06-30"  # contains every order
SKUS = 20_000  # of the large catalogue
# The address below ROOT, and the milliseconds that it may take; another goal covers the summary without dates.
REPORTS: dict[str, tuple[str, float | None]] = {
    "sales by day, half a year": (f"sales/?by=day&{HALF_YEAR}", 20),
    "sales by week, half a year": (f"sales/?by=week&{HALF_YEAR}", 20),
    "sales by month, half a year": (f"sales/?by=month&{HALF_YEAR}", 20),
    "products without dates": ("products/", 10),
    "products, one week": (f"products/?{WEEK}", 60),
    "products, half a year": (f"products/?{HALF_YEAR}", 400),
    "summary without dates": ("summary/", None),
    "summary, two days": (f"summary/?{TWO_DAYS}", 15),
    "summary, half a year": (f"summary/?{HALF_YEAR}", 250),
}
CATALOGUE: dict[str, tuple[str, float | None]] = {
    f"products of {SKUS:,}, without dates": ("products/", 10),
    f"products of {SKUS:,}, half a year": (f"products/?{HALF_YEAR}", 1_500),
}


def works(reports: dict[str, tuple[str, float | None]], servers: tuple[str, ...]) -> list[Work]:
    """Return a workload for each report, of the servers that are named."""
    return [
        Work(name, dict.fromkeys(servers, f"{ROOT}{address}"), lambda answer: answer["rows"])
        for name, (address, _) in reports.items()
    ]


def not_measured(schema: dict[str, Any]) -> list[str]:
    """Return the reports of the service's OpenAPI schema, and the values of their enums, that REPORTS lacks."""
    addresses = [urlsplit(f"{ROOT}{address}") for address, _ in REPORTS.values()]
    measured = {address.path for address in addresses}
    measured |= {f"{address.path}?{name}={value}" for address in addresses for name, value in parse_qsl(address.query)}
    needed = []
    for path, operations in schema["paths"].items():
        if path.startswith(ROOT):
            needed.append(path)
            for parameter in operations["get"]["parameters"]:
                values = parameter["schema"].get("enum", [])
                needed += [f"{path}?{parameter['name']}={value}" for value in values]
    return [address for address in needed if address not in measured]
