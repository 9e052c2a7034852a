import time
from http import HTTPStatus

from django.conf import settings
from django.http import HttpResponse

from apps.api.edge.environ import MALFORMED
from apps.api.logs import choose_request_id, log_request, request_id
from apps.api.problems import CONTENT_TYPE, problem
from apps.api.request import ApiRequest, Step, is_api_request
from apps.database.statements import count_statements


class Envelope(Step):
    """Add X-Request-ID, in development also Server-Timing; write the log line; make API errors problem documents."""

    def __call__(self, request: ApiRequest) -> HttpResponse:
        started = time.perf_counter()
        request.id = choose_request_id(request.headers.get("X-Request-ID", ""))
        request.tenant = request.failure = None
        token = request_id.set(request.id)
        try:
            return self._respond(request, started)
        finally:
            request_id.reset(token)

    def _respond(self, request: ApiRequest, started: float) -> HttpResponse:
        with count_statements() as statements:
            if malformed := request.META.get(MALFORMED):
                response = problem(request, 400, f"{malformed} cannot be read.")
            else:
                response = self.get_response(request)
        # Replace Django's own error pages, such as for a bad Host header or an error in another middleware.
        if is_api_request(request) and response.status_code >= 400 and response["Content-Type"] != CONTENT_TYPE:
            page, status = response, HTTPStatus(response.status_code)
            response = problem(request, status, f"{status.phrase}.")
            del page["Content-Length"]
            for name, value in page.items():  # those of CORS, for example: a script cannot read it without them
                response.headers.setdefault(name, value)
        if response.status_code == 304:
            del response["Content-Length"]  # It is 0, but would have to be the length of the representation.
        response["X-Request-ID"] = request.id
        total = time.perf_counter() - started
        if settings.DEBUG:
            response["Server-Timing"] = (
                f'db;dur={statements.seconds * 1000:.1f};desc="{len(statements)} statements", '
                f"total;dur={total * 1000:.1f}"
            )
        log_request(request, status=response.status_code, seconds=total, statements=len(statements))
        return response
