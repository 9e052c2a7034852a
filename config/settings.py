"""All settings, read from the environment; with an empty one they are production's.

Every variable is described in .env.example. Nothing here reads a file: `manage.py` loads `.env` for people,
while tests, CI and production pass a real environment.
"""

from pathlib import Path

import environ

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")

# Applications -------------------------------------------------------------------------------------------------------

# Further apps (devtools, silk, the admin, one of your own) come from the environment, so production has none of them.
PLUGINS = env.list("PLUGINS", default=[])


def only_with(plugin: str, *names: str) -> tuple[str, ...]:
    return names if plugin in PLUGINS else ()


INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "corsheaders",  # for its system checks of CORS_ALLOWED_ORIGINS
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "apps.tenancy",
    "apps.database",
    "apps.idempotency",
    "apps.api",
    "apps.customers",
    "apps.orders",
    "apps.reporting",
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
    # Outermost, so that what it writes to the database is not counted as the request's own statements.
    *only_with("silk", "apps.devtools.profiler.Profiler"),
    "apps.api.middleware.envelope.Envelope",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "apps.api.middleware.hosts.AllowedHosts",
    "apps.api.middleware.cors.Cors",  # before every step that would refuse a preflight, which has no key
    "django.middleware.csrf.CsrfViewMiddleware",  # for the forms of Silk and the admin; the API has no cookies
    # Lazy: a request that asks for no user, such as the API's, reads no session and gets no cookie.
    *only_with(
        "django.contrib.admin",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ),
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # What follows acts on the API alone. A stranger is refused before the server waits for anything they send.
    "apps.api.middleware.routing.Routing",
    "apps.api.middleware.bounds.Bounds",
    "apps.api.middleware.key.Key",
    "apps.api.middleware.rate_limit.RateLimit",
    "apps.api.middleware.body.Body",
    "apps.api.middleware.transaction.Transaction",  # with idempotency
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False  # A redirect would lose the body of a POST; a missing slash is a 404 that names the right address.
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",  # Silk's pages need it, and the admin's.
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

# The tenant of a request without a key. Empty (production): such a request is a 401.
DEFAULT_TENANT = env.str("DEFAULT_TENANT", default="")
# Of one tenant, in one process. 0: no limit.
REQUESTS_PER_MINUTE = env.int("REQUESTS_PER_MINUTE", default=6000)

# Cache --------------------------------------------------------------------------------------------------------------

# One per process: keys that were looked up, requests counted. Counting across processes needs a store that they share.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        # Above what one process serves in a minute; of a full cache the third that was unused longest goes.
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}

# Database -----------------------------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A relative file lies beside manage.py, wherever the command was typed.
    if DATABASES["default"]["NAME"] != ":memory:":
        DATABASES["default"]["NAME"] = str(BASE_DIR / DATABASES["default"]["NAME"])
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        # IMMEDIATE: a transaction that began as a reader cannot wait for the write lock, it fails at once.
        transaction_mode="IMMEDIATE",
        timeout=20,
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    )
else:
    DATABASES["default"] |= {
        "ENGINE": "apps.database.postgresql",
        # Each thread keeps its connection, and looks before each request whether it is still there.
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # A server-side cursor outlives its transaction, which PgBouncer in transaction mode does not allow.
        "DISABLE_SERVER_SIDE_CURSORS": True,
        # A host that is gone answers nothing at all: seconds until a connection is given up, milliseconds for the last.
        "OPTIONS": {
            "connect_timeout": 3,
            "keepalives_idle": 5,
            "keepalives_interval": 5,
            "tcp_user_timeout": 10_000,
            **DATABASES["default"].get("OPTIONS", {}),
        },
    }

# API ----------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],  # apps.api.middleware.key.Key authenticates.
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_PARSER_CLASSES": ["apps.api.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["apps.api.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["apps.api.filters.StrictFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "apps.api.pagination.KeysetPagination",
    "DEFAULT_SCHEMA_CLASS": "apps.api.schema.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "apps.api.problems.exception_handler",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Regression Lab",
    "VERSION": "1",
    "DESCRIPTION": """Customers, orders, items and reports. Each request acts for the tenant of its API key.

- Amounts are integer cents. Times are UTC. Dates in filters and reports are days in the tenant's time zone.
- Lists are paginated: follow `next` and `previous`. `count=true` adds the number of matching rows.
- An unknown field, or an unknown, empty or repeated parameter, is a 400 that names it. Read-only fields are ignored.
- JSON types are strict: `"1"` and `1.0` are not integers, `1` is not a boolean, and `123` is not a string.
- Repeat a change safely by sending the same `Idempotency-Key` again: it is made once.
- Send `If-Match` with the `ETag` you last read, and the change fails with 412 if the resource has changed since.
- Every error is a problem document (RFC 9457) with the request id that `X-Request-ID` also has.
""",
    "SCHEMA_PATH_PREFIX": r"/api/v1/",
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
        "drf_spectacular.hooks.postprocess_schema_enums",
        "apps.api.schema_hooks.document_problems",
        "apps.api.schema_hooks.document_links",
    ],
    "ENUM_NAME_OVERRIDES": {"OrderStatus": "apps.orders.lifecycle.Status"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # bytes of a request body; above it: 413

# CORS ---------------------------------------------------------------------------------------------------------------

# Whose pages may call the API, with a key. There are no cookies, so nothing is allowed "with credentials".
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
CORS_PREFLIGHT_MAX_AGE = 2 * 3600  # seconds; Chromium keeps none for longer

# Time, language, static files ---------------------------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # Serves the packages' own files: no collectstatic step to forget.

# Logs ---------------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"one_line_each": {"()": "apps.api.logs.OneLineEach"}},
    "formatters": {"line": {"()": f"apps.api.logs.{'Human' if DEBUG else 'JSON'}Formatter"}},
    # Standard error: commands print their results on the other.
    "handlers": {"line": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["one_line_each"]}},
    "root": {"handlers": ["line"], "level": "INFO"},
    # Without Django's own handlers.
    "loggers": {name: {"handlers": [], "level": "INFO", "propagate": True} for name in ("django", "django.server")},
}

# Transport security, on unless DEBUG is -----------------------------------------------------------------------------

SECURE_SSL_REDIRECT = CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = not DEBUG
SECURE_REDIRECT_EXEMPT = [
    r"^healthz$",  # A load balancer asks over plain HTTP.
    r"^readyz$",
    r"^api/(?!v1/docs$)",  # A client that follows a redirect makes a POST a GET: the step Bounds refuses instead.
]
SECURE_HSTS_SECONDS = 0 if DEBUG else 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DEBUG
SECURE_HSTS_PRELOAD = not DEBUG
if env.bool("TRUST_X_FORWARDED_PROTO", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Silk: development only, named here because its middleware and address are ------------------------------------------

SILKY_MIDDLEWARE_CLASS = "apps.devtools.profiler.Profiler"
SILKY_INTERCEPT_FUNC = lambda request: request.path_info.startswith("/api/v1/")  # noqa: E731  not the pages around it
SILKY_IGNORE_PATHS = ["/api/v1/docs", "/api/v1/schema"]
SILKY_MAX_RECORDED_REQUESTS = 1000
SILKY_MAX_REQUEST_BODY_SIZE = SILKY_MAX_RESPONSE_BODY_SIZE = 64 * 1024  # bytes
SILKY_META = True
# Silk explains each statement after it ran; in a transaction that a failed UPDATE ended, that would be a 500.
SILKY_IGNORE_QUERIES = ['UPDATE "']
