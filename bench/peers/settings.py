"""Minimal settings of the Django peers. ROOT_URLCONF selects the peer to run."""

import os

import environ

DATABASES = {"default": environ.Env().db_url("PEER_DATABASE_URL")}
DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 8}}
ALLOWED_HOSTS = ["127.0.0.1"]
SECRET_KEY = "peers"  # not used to sign anything
INSTALLED_APPS = ["rest_framework", "django_filters", "bench.peers.shop"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = os.environ.get("PEER", "bench.peers.drf_idiom")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
REST_FRAMEWORK = {
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
}
