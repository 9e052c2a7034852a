"""The environment of processes: production's settings with a database of ours, and the tests' settings."""

from __future__ import annotations

PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "DEBUG": "off",
    "SECRET_KEY": "harness-" * 8,
    "SECRET_KEY_FALLBACKS": "",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "DATABASE_OWNER_URL": "",
    "CORS_ALLOWED_ORIGINS": "",
    "DEFAULT_TENANT": "",
    "PLUGINS": "",
    "REQUESTS_PER_MINUTE": "0",  # else no two responses have equal headers
    "TRUST_X_FORWARDED_PROTO": "on",
    "TZ": "UTC",
}
TESTS = {**PRODUCTION, "PLUGINS": "apps.devtools", "TRUST_X_FORWARDED_PROTO": "off"}
