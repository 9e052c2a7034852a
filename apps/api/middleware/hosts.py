"""Refuse a Host that is not in ALLOWED_HOSTS, except for probes."""

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware

# A load balancer sends the address of its target as Host, which the operator cannot list. Neither view uses the host.
PROBES = ("/healthz", "/readyz")


class AllowedHosts(CommonMiddleware):
    """Django's CommonMiddleware, which raises DisallowedHost, but not for PROBES."""

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        return None if request.path_info in PROBES else super().process_request(request)
