"""Refuse a Host that is not in ALLOWED_HOSTS, except for probes."""

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware

# A load balancer names the address of its target, which the operator cannot list. Neither view reads the host.
PROBES = ("/healthz", "/readyz")


class AllowedHosts(CommonMiddleware):
    """Django's CommonMiddleware, which raises DisallowedHost, except for PROBES."""

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        return None if request.path_info in PROBES else super().process_request(request)
