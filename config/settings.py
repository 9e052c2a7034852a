"""All settings, read from environment variables. The defaults are those of production.

.env.example describes every variable. Nothing here reads a file: `manage.py` loads `.env` for developers, while tests,
CI and production set the environment.
"""

from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

# The release, as in pyproject.toml and CHANGELOG.md, which a test compares.
RELEASE = "1.0.0"

BASE_DIR = Path(__file__).resolve().parent.parent
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")

# Applications -------------------------------------------------------------------------------------------------------

# Optional apps (devtools, silk, the admin, one of your own) are added by the environment. Production has none of them.
PLUGINS = env.list("PLUGINS", default=[])


def only_with(plugin: str, *names: str) -> tuple[str, ...]:
    return names if plugin in PLUGINS else ()


INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "corsheaders",  # installed for its system checks of CORS_ALLOWED_ORIGINS
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "apps.tenancy",
    "apps.database",
    "apps.idempotency",
    "apps.background",
    "apps.api",
    "apps.customers",
    "apps.orders",
    "apps.reporting",
    "apps.exports",
    *PLUGINS,
    *only_with(
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
    ),
]
MIDDLEWARE = [
    # Silk is outermost, so that its own statements are not counted as the request's.
    *only_with("silk", "apps.devtools.profiler.Profiler"),
    "apps.api.middleware.envelope.Envelope",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "apps.api.middleware.hosts.AllowedHosts",
    "apps.api.middleware.cors.Cors",  # before the steps that would refuse a preflight, which has no key
    "django.middleware.csrf.CsrfViewMiddleware",  # for the forms of Silk and the admin; the API has no cookies
    # API requests never use `request.user`, so they read no session and get no cookie.
    *only_with(
        "django.contrib.admin",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ),
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # The following steps apply only to the API. A request without a valid key is refused before its body is read.
    "apps.api.middleware.routing.Routing",
    "apps.api.middleware.bounds.Bounds",
    "apps.api.middleware.key.Key",
    "apps.api.middleware.rate_limit.RateLimit",
    "apps.api.middleware.report_cache.ReportCache",
    "apps.api.middleware.body.Body",
    "apps.api.middleware.transaction.Transaction",  # with idempotency
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
# A redirect would lose the body of a POST, so a missing slash is a 404 that names the right URL.
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",  # The pages of Silk and the admin need it.
                *only_with(
                    "django.contrib.admin",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ),
            ]
        },
    }
]

# Tenancy ------------------------------------------------------------------------------------------------------------

# The tenant of requests without an API key. If it is empty, as in production, such a request is a 401.
DEFAULT_TENANT = env.str("DEFAULT_TENANT", default="")
# The rate limit of each tenant. 0 means no limit.
REQUESTS_PER_MINUTE = env.int("REQUESTS_PER_MINUTE", default=6000)

# Cache --------------------------------------------------------------------------------------------------------------

# Redis holds the counters of the rate limit, revoked keys and cached reports for all processes. Without it, or while it
# is unavailable, each process has its own (apps.shared).
CACHE_URL = env.str("CACHE_URL", default="")
# How many seconds a report may be served from the cache. 0 turns the cache off.
REPORT_CACHE_SECONDS = env.int("REPORT_CACHE_SECONDS", default=0)
# Each process has its own caches. A full one drops the least recently used third; until then it keeps expired entries.
CACHES = {
    # Verified keys: more entries than one process needs in a minute.
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    },
    # Reports while there is no Redis: each has up to 1 MiB, so there are few, and they displace no keys.
    "reports": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "reports",
        "OPTIONS": {"MAX_ENTRIES": 64},
    },
}

# Database -----------------------------------------------------------------------------------------------------------


def postgresql(database: dict[str, Any], *, connect_timeout: int) -> dict[str, Any]:
    return {
        **database,
        "ENGINE": "apps.database.postgresql",
        # Each thread keeps its connection, and checks it before each request.
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # PgBouncer in transaction mode does not support server-side cursors that outlive their transaction.
        "DISABLE_SERVER_SIDE_CURSORS": True,
        # A host that has vanished sends nothing, not even an error, so connections need time limits. The first three
        # are in seconds, the last in milliseconds.
        "OPTIONS": {
            "connect_timeout": connect_timeout,
            "keepalives_idle": 5,
            "keepalives_interval": 5,
            "tcp_user_timeout": 10_000,
            **database.get("OPTIONS", {}),
        },
    }


DATABASES = {"default": env.db_url("DATABASE_URL")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A relative path is relative to manage.py's directory, not to the current one.
    if DATABASES["default"]["NAME"] != ":memory:":
        DATABASES["default"]["NAME"] = str(BASE_DIR / DATABASES["default"]["NAME"])
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        # With IMMEDIATE a transaction waits for the write lock when it begins. One that starts as a reader cannot wait
        # for it later: SQLite fails at once.
        transaction_mode="IMMEDIATE",
        timeout=20,
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    )
else:
    DATABASES["default"] = postgresql(DATABASES["default"], connect_timeout=3)

# A streaming replica for reports. If it is empty, they read the primary, as all else does (see apps.database.replica).
DATABASE_REPLICA_URL = env.str("DATABASE_REPLICA_URL", default="")
# By how many seconds the replica may be behind; above that, reports read the primary.
REPLICA_MAX_LAG_SECONDS = env.int("REPLICA_MAX_LAG_SECONDS", default=10)
if DATABASE_REPLICA_URL:
    replica_url = env.db_url("DATABASE_REPLICA_URL")
    if "postgresql" not in DATABASES["default"]["ENGINE"] or "postgresql" not in replica_url["ENGINE"]:
        raise ImproperlyConfigured("DATABASE_REPLICA_URL needs PostgreSQL, there and in DATABASE_URL.")
    if REPLICA_MAX_LAG_SECONDS < 1:
        raise ImproperlyConfigured("REPLICA_MAX_LAG_SECONDS has to be at least 1.")
    # Reports wait for a connection to the replica no longer than libpq's shortest limit, as they have the primary.
    DATABASES["replica"] = {**postgresql(replica_url, connect_timeout=2), "TEST": {"MIRROR": "default"}}
    DATABASE_ROUTERS = ["apps.database.replica.Router"]

# Background work and files ------------------------------------------------------------------------------------------

# The URL of the SQS queue whose messages wake workers (`python -m config.worker`). If it is empty, as in development,
# whoever sweeps (`make run`, `manage.py sweep`) does the work.
QUEUE_URL = env.str("QUEUE_URL", default="")
DEAD_LETTER_QUEUE_URL = env.str("DEAD_LETTER_QUEUE_URL", default="")
QUEUE_REGION = env.str("AWS_DEFAULT_REGION", default="us-east-1")
JOB_SECONDS = env.int("JOB_SECONDS", default=900)
# For how long a worker that has vanished keeps others from its job. A living one renews its lease.
JOB_LEASE_SECONDS = env.int("JOB_LEASE_SECONDS", default=30)
EXPORTS_STORAGE = env.str("EXPORTS_STORAGE", default="exports")


def exports_storage(place: str) -> dict[str, Any]:
    """Return the storage at `place`: s3://bucket/prefix, or a folder, relative to manage.py's."""
    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    if not place.startswith("s3://"):
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": BASE_DIR / place}}
    from boto3.s3.transfer import TransferConfig
    from botocore.config import Config

    options = {
        "bucket_name": bucket,
        "location": prefix,
        # One request per file, so that a worker that is killed leaves no parts of it.
        "transfer_config": TransferConfig(multipart_threshold=5 * 2**30),
        # The defaults would hold a request that deletes an export for minutes. None of these limits a whole upload:
        # connect_timeout also applies to each block that is sent, read_timeout to the response after the last one.
        "client_config": Config(
            signature_version="s3v4", connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 2}
        ),
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


STORAGES = {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "exports": exports_storage(EXPORTS_STORAGE),
}

# API ----------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],  # apps.api.middleware.key.Key authenticates.
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_PARSER_CLASSES": ["apps.api.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["apps.api.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "apps.api.renderers.JSONNegotiation",
    "DEFAULT_FILTER_BACKENDS": ["apps.api.filters.StrictFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "apps.api.pagination.KeysetPagination",
    "DEFAULT_SCHEMA_CLASS": "apps.api.schema.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "apps.api.problems.exception_handler",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Regression Lab",
    "VERSION": RELEASE,
    "DESCRIPTION": """Customers, orders, items and reports. Each request acts for the tenant of its API key.

- Amounts are integer cents. Times are UTC. Dates in filters and reports are days in the tenant's time zone.
- Lists are paginated: follow `next`, or send its `next_cursor` as `cursor`. `count=true` adds the number of rows.
- An unknown field, or an unknown, empty or repeated parameter, is a 400 that names it. Read-only fields are ignored.
- JSON types are strict: `"1"` and `1.0` are not integers, `1` is not a boolean, and `123` is not a string.
- To retry a change safely, send the same `Idempotency-Key` again: the change is made only once.
- Send `If-Match` with the `ETag` you last read, and the change fails with 412 if the resource has changed since.
- Every error is a problem document (RFC 9457). Its `type` is the address of a page that explains it.
- A report can come from a cache; `Age` is then its age in seconds. `Cache-Control: no-cache` requests a new one.
- New fields, and new values where known ones are listed, can be added to responses: ignore what you do not know.

The guides at [/docs/](/docs/) explain authentication, pages, errors, retries and versions.
""",
    "CONTACT": {"name": "Documentation of this service", "url": "/docs/"},
    "LICENSE": {"name": "MIT", "url": "https://opensource.org/license/mit"},
    "SERVERS": [{"url": "/", "description": "The service that this document comes from."}],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SCHEMA_PATH_PREFIX": r"/api/v[0-9]+/",
    "DEFAULT_GENERATOR_CLASS": "apps.api.versions.VersionGenerator",
    "SERVE_INCLUDE_SCHEMA": False,
    "GET_LIB_DOC_EXCLUDES": "apps.api.schema.bases_without_description",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"displayRequestDuration": True},
    "COMPONENT_SPLIT_REQUEST": True,
    "SECURITY": [{"ApiKey": []}],
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "ApiKey": {
                "type": "http",
                "scheme": "bearer",
                "description": "An API key (`rl_…`). `manage.py apikey create <tenant>` prints it once.",
            }
        }
    },
    "POSTPROCESSING_HOOKS": [
        "apps.api.schema_hooks.document_tags",
        "apps.api.schema_hooks.complete_schemas",
        "apps.api.schema_hooks.document_links",
    ],
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # bytes; a larger request body is a 413

# CORS ---------------------------------------------------------------------------------------------------------------

# The origins whose pages may call the API with a key. The API has no cookies, so credentials mode is never allowed.
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_METHODS = ["GET", "HEAD", "POST", "PATCH", "DELETE"]
CORS_ALLOW_HEADERS = [
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "X-Request-ID",
    "Cache-Control",
]
CORS_EXPOSE_HEADERS = [
    "ETag",
    "Location",
    "Retry-After",
    "RateLimit",
    "RateLimit-Policy",
    "X-Request-ID",
    "Idempotency-Replayed",
    "Link",
    "Deprecation",
    "Sunset",
    "Server-Timing",
]
CORS_PREFLIGHT_MAX_AGE = 2 * 3600  # seconds, Chromium's maximum

# Time, language, static files ---------------------------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # WhiteNoise serves the packages' files in place, so collectstatic is not needed.

# Logs ---------------------------------------------------------------------------------------------------------------

# CloudWatch namespace of the metrics in log lines. If it is empty, log lines contain no metrics.
METRICS_NAMESPACE = env.str("METRICS_NAMESPACE", default="")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"one_line_each": {"()": "apps.api.logs.OneLineEach"}},
    "formatters": {"line": {"()": f"apps.api.logs.{'Human' if DEBUG else 'JSON'}Formatter"}},
    # Logs go to stderr, because commands print their results to stdout.
    "handlers": {"line": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["one_line_each"]}},
    "root": {"handlers": ["line"], "level": "INFO"},
    # Remove Django's own handlers; records propagate to the root logger.
    "loggers": {name: {"handlers": [], "level": "INFO", "propagate": True} for name in ("django", "django.server")},
}

# Transport security: on unless DEBUG is set -------------------------------------------------------------------------

SECURE_SSL_REDIRECT = CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = not DEBUG
SECURE_REDIRECT_EXEMPT = [
    r"^healthz$",  # Load balancers send probes over plain HTTP.
    r"^readyz$",
    # Refused by the Bounds step instead, because a client that follows a redirect turns POST into GET.
    r"^api/(?!v[0-9]+/docs$)",
]
SECURE_HSTS_SECONDS = 0 if DEBUG else 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DEBUG
SECURE_HSTS_PRELOAD = not DEBUG
if env.bool("TRUST_X_FORWARDED_PROTO", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Silk, in development only ------------------------------------------------------------------------------------------

SILKY_MIDDLEWARE_CLASS = "apps.devtools.profiler.Profiler"
SILKY_INTERCEPT_FUNC = lambda request: request.path_info.startswith("/api/v")  # noqa: E731
SILKY_IGNORE_PATHS = ["/api/v1/docs", "/api/v1/schema"]
SILKY_MAX_RECORDED_REQUESTS = 1000
SILKY_MAX_REQUEST_BODY_SIZE = SILKY_MAX_RESPONSE_BODY_SIZE = 64 * 1024  # bytes
SILKY_META = True
# Silk runs EXPLAIN after each statement. After an UPDATE that failed and aborted the transaction, that would be a 500.
SILKY_IGNORE_QUERIES = ['UPDATE "']
