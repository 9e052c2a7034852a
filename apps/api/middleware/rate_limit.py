import time

from django.conf import settings
from django.http import HttpResponse

from apps import shared
from apps.api.problems import problem
from apps.api.request import ApiRequest, Step

SECONDS = 60


class RateLimit(Step):
    """Limit each tenant to settings.REQUESTS_PER_MINUTE requests in a fixed window of one minute; 0 means no limit.

    Processes that share Redis share the counter; without Redis, each process counts for itself. The header fields
    follow draft-ietf-httpapi-ratelimit-headers.
    """

    def __call__(self, request: ApiRequest) -> HttpResponse:
        limit = settings.REQUESTS_PER_MINUTE
        if request.tenant is None or not limit:
            return self.get_response(request)
        window, passed = divmod(int(time.time()), SECONDS)
        left = SECONDS - passed
        used = shared.count(f"requests:{request.tenant.pk}:{window}", 2 * SECONDS)
        if used > limit:
            detail = f"More than {limit} requests in a minute; try again in {left} seconds."
            response = problem(request, 429, detail, headers={"Retry-After": str(left)})
        else:
            response = self.get_response(request)
        response["RateLimit-Policy"] = f'"tenant";q={limit};w={SECONDS}'
        response["RateLimit"] = f'"tenant";r={max(limit - used, 0)};t={left}'
        return response
