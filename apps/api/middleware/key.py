from django.db import Error
from django.http import HttpResponse

from apps.api.edge.environ import CALLER, client_address
from apps.api.problems import problem, unexpected
from apps.api.request import ApiRequest, Step, is_api_request, is_public, is_safe
from apps.tenancy import keys
from apps.tenancy.acting import acting_with


class Key(Step):
    """Authenticate an API request by its key, from the headers alone, and set `request.tenant`."""

    def __call__(self, request: ApiRequest) -> HttpResponse:
        if not is_api_request(request) or is_public(request):
            return self.get_response(request)
        try:
            caller = _caller(request)
            request.tenant = caller.acting(changes=not is_safe(request))
        except keys.KeyRefused as error:
            return problem(request, 401, str(error), headers={"WWW-Authenticate": "Bearer"})
        except keys.TooManyFailures as error:
            headers = {"Retry-After": str(error.retry_after)}
            return problem(request, 429, str(error), kind="too-many-unknown-keys", headers=headers)
        except keys.KeyIsReadOnly as error:
            return problem(request, 403, str(error), kind="read-only-key")
        except Error as error:
            return unexpected(request, error)
        with acting_with(caller.key):
            return self.get_response(request)


def _caller(request: ApiRequest) -> keys.Caller:
    """Return the caller, which the production server has already looked up. Raises the refusal of a key, or Error."""
    caller = request.META.get(CALLER)
    if isinstance(caller, Exception):
        raise caller
    caller = caller or keys.identify(request.headers.get("Authorization", ""), client_address(request.META))
    keys.refuse_revoked(caller.key)
    return caller
