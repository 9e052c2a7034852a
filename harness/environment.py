"""Environment variables for processes: production settings with a database of our own, and the tests' settings."""

from __future__ import annotations

import tempfile
from pathlib import Path

PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "DEBUG": "off",
    "QUEUE_URL": "",
    "DEAD_LETTER_QUEUE_URL": "",
    "EXPORTS_STORAGE": str(Path(tempfile.gettempdir()) / "regression-lab-exports"),
    "SECRET_KEY": "harness-" * 8,
    "SECRET_KEY_FALLBACKS": "",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "DATABASE_OWNER_URL": "",
    "DATABASE_REPLICA_URL": "",
    "CACHE_URL": "",
    "REPORT_CACHE_SECONDS": "0",
    "METRICS_NAMESPACE": "",
    "CORS_ALLOWED_ORIGINS": "",
    "DEFAULT_TENANT": "",
    "PLUGINS": "",
    "REQUESTS_PER_MINUTE": "0",  # With a limit, the rate limit headers of two responses would differ.
    "TRUST_X_FORWARDED_PROTO": "on",
    "TZ": "UTC",
}
TESTS = {**PRODUCTION, "PLUGINS": "apps.devtools", "TRUST_X_FORWARDED_PROTO": "off"}
