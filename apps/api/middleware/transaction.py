from django.db import Error, connection, transaction
from django.http import HttpResponse

from apps.api.middleware.idempotency import IDEMPOTENCY_KEY, answer_once
from apps.api.problems import problem, unexpected
from apps.api.request import ApiRequest, Step, is_api_request, is_safe
from apps.database import replica
from apps.database.retries import refuse_broken, retry_aborted, was_aborted
from apps.tenancy.models import Tenant
from apps.tenancy.scope import snapshot_scope, tenant_scope


class Transaction(Step):
    """Run the view in its tenant's scope, and own the transaction from BEGIN to COMMIT.

    A safe request reads one snapshot and waits for no writer; that of a view with `reads_replica` may be one of the
    read replica (see `replica`). Any other request is one transaction, which is rolled
    back when the response's status is 400 or more; `idempotency` runs inside it. Nothing is sent before COMMIT, so a
    transaction that PostgreSQL aborted can be retried, and an error of COMMIT still becomes a proper response.
    (Django's ATOMIC_REQUESTS covers neither rendering nor COMMIT.) A view that commits by itself is marked with
    `transaction.non_atomic_requests`.
    """

    def __call__(self, request: ApiRequest) -> HttpResponse:
        tenant = request.tenant
        if tenant is None:
            return self.get_response(request)
        try:
            if not is_safe(request) and _commits_by_itself(request):
                return self._respond_in_parts(request, tenant)
            return retry_aborted(lambda: self._respond(request, tenant))
        except Error as error:  # from BEGIN or COMMIT, or from a transaction that was aborted too often
            return unexpected(request, error)

    def process_exception(self, request: ApiRequest, exception: Exception) -> HttpResponse | None:
        """Handle an exception of a view or of its rendering. Django calls this hook."""
        if not is_api_request(request):
            return None
        is_repeated = was_aborted(exception) or replica.is_repeated(exception)
        return _Aborted(exception) if is_repeated else unexpected(request, exception)

    def _respond(self, request: ApiRequest, tenant: Tenant) -> HttpResponse:
        if is_safe(request):
            if _may_read_replica(request):
                return replica.read(tenant, lambda: self._view(request))
            with snapshot_scope(tenant):
                return self._view(request)
        with tenant_scope(tenant):
            response = answer_once(request, self._change)
            if response.status_code >= 400:
                transaction.set_rollback(True)
            return response

    def _change(self, request: ApiRequest) -> HttpResponse:
        response = self._view(request)
        if response.status_code < 400:
            refuse_broken()
        return response

    def _respond_in_parts(self, request: ApiRequest, tenant: Tenant) -> HttpResponse:
        if IDEMPOTENCY_KEY in request.headers:
            return problem(request, 400, f"This operation commits in parts and takes no {IDEMPOTENCY_KEY}.")
        with tenant_scope(tenant, atomic=False):
            return self._view(request)

    def _view(self, request: ApiRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, _Aborted):
            raise response.error
        return response


class _Aborted(HttpResponse):
    """Carry the `error` of an aborted transaction from the view to the middleware that owns the transaction.

    Between a view and a middleware Django turns every exception into a response, so the error travels inside one.
    """

    status_code = 503

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


def _may_read_replica(request: ApiRequest) -> bool:
    match = request.resolver_match
    return getattr(getattr(match and match.func, "cls", None), "reads_replica", False)


def _commits_by_itself(request: ApiRequest) -> bool:
    match = request.resolver_match
    return match is not None and connection.alias in getattr(match.func, "_non_atomic_requests", ())
