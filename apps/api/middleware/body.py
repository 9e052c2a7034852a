from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from django.http.request import UnreadablePostError

from apps.api.problems import problem
from apps.api.request import ApiRequest, Step


class Body(Step):
    """Read the whole body of a tenant's request: 413 above the limit, 400 if it is incomplete.

    DRF's parsers do not enforce DATA_UPLOAD_MAX_MEMORY_SIZE, and treat a dropped connection as the end of the body.
    """

    def __call__(self, request: ApiRequest) -> HttpResponse:
        if request.tenant is None:
            return self.get_response(request)
        try:
            is_whole = len(request.body) >= int(request.META.get("CONTENT_LENGTH") or 0)
        except RequestDataTooBig:
            limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
            return problem(request, 413, f"The body is larger than {limit} bytes.")
        except (UnreadablePostError, ValueError):
            is_whole = False
        if not is_whole:
            return problem(request, 400, "The body could not be read to its end.")
        return self.get_response(request)
