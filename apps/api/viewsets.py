"""Base viewsets: a list, a list with details, and one mixin per method that changes a row.

An app's viewset declares its rows (`queryset`, `serializer_class`, `filterset_class`, `get_selector`) and passes ids to
its services. Only the routes of its base classes are mounted.
"""

from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from apps.api.etags import etag_of
from apps.api.rows import Selector, read_one
from apps.api.views import ConditionalView
from apps.database.recorded import Recorded


class ListViewSet(ConditionalView, GenericViewSet):
    """A list and nothing else, read as rows."""

    # Not OPTIONS, because the schema describes the fields, nor PUT, because a client may not know every field.
    http_method_names = ["get", "post", "patch", "delete", "head"]
    # Only columns that the serializer shows and that are never null.
    ordering_fields = ["id"]
    ordering = "-id"
    # Documentation: the demo row with which an action succeeds, if it is not row 1.
    example_ids: Mapping[str, int] = {}

    def get_selector(self) -> Selector:
        """Return a function that returns the queryset of all visible rows, the same at each call.

        Its statements are compiled once for all tenants, so it must not use the time or values of the scope (see
        `apps.database.compiled`). A list that needs them overrides `get_queryset`.
        """
        raise NotImplementedError

    def get_queryset(self) -> Any:
        serializer_class: Any = self.serializer_class
        return Recorded(self.get_selector(), serializer_class.Meta.model)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        # The paginator reads the rows, because it needs their sort keys for the cursors.
        return self.get_paginated_response(self.paginate_queryset(self.filter_queryset(self.get_queryset())))


class DetailViewSet(ListViewSet):
    """A list and its details, identified by `pk`. Every response except a list has the ETag of the row's detail."""

    lookup_value_converter = "int"

    def retrieve(self, request: Request, pk: int) -> Response:
        self.filter_queryset(self.queryset)  # type: ignore[arg-type]  # refuses parameters
        return self.respond_with(pk)

    def lock_row(self, pk: int) -> None:
        """Lock the row and the rows that belong to it until the transaction ends. Raises DoesNotExist."""
        raise NotImplementedError

    def lock_tag(self, request: Request, **kwargs: Any) -> str | None:
        if not self.detail:
            return None
        self.lock_row(kwargs["pk"])
        row = read_one(self.get_serializer_class(), self.get_selector(), kwargs["pk"])
        content: Any = request.accepted_renderer.render(row)
        return etag_of(content)

    def set_tag(self, response: Response) -> str | None:
        if self.action == "list" or response.data is None:
            return None
        response["ETag"] = tag = etag_of(response.render().content)
        return tag

    def respond_with(self, pk: int, status: int = 200) -> Response:
        """Return the response with the row's detail. Raises the model's DoesNotExist."""
        return Response(read_one(self.get_serializer_class(), self.get_selector(), pk), status=status)

    def validated_body(self, **kwargs: Any) -> dict[str, Any]:
        """Return the body, validated by the serializer. Raises ValidationError."""
        body = self.get_serializer(data=self.request.data, **kwargs)
        body.is_valid(raise_exception=True)
        return body.validated_data


class CreateMixin(DetailViewSet):
    def create_row(self, **fields: Any) -> int:
        """Call the service that creates a row, and return its id."""
        raise NotImplementedError

    def create(self, request: Request) -> Response:
        pk = self.create_row(**self.validated_body())
        response = self.respond_with(pk, status=201)
        response["Location"] = f"{request.path}{pk}/"
        return response


class UpdateMixin(DetailViewSet):
    def update_row(self, pk: int, **fields: Any) -> None:
        """Call the service that changes the fields of a row."""
        raise NotImplementedError

    def partial_update(self, request: Request, pk: int) -> Response:
        self.update_row(pk, **self.validated_body(partial=True))
        return self.respond_with(pk)


class DestroyMixin(DetailViewSet):
    def delete_row(self, pk: int) -> None:
        """Call the service that deletes a row."""
        raise NotImplementedError

    def destroy(self, request: Request, pk: int) -> Response:
        self.delete_row(pk)
        return Response(status=204)


class CrudViewSet(CreateMixin, UpdateMixin, DestroyMixin):
    """List, detail, create, update and delete. `lock_row` is required for If-Match on a change."""
