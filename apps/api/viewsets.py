"""Base viewsets: a list; a list with details; and what changes a row, one mixin per method.

An app's viewset names its rows (`queryset`, `serializer_class`, `filterset_class`, `get_selector`) and passes ids on to
its services. Only the routes of its bases are mounted.
"""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from apps.etags import ConditionalMixin, ETagMixin
from apps.rows import RowsMixin, read_one


# A list and nothing else. (Docstrings of these classes would be each view's description in the schema.)
class ListViewSet(ConditionalMixin, RowsMixin, GenericViewSet):
    # Without OPTIONS, which would describe the serializer, and PUT: a client would have to know every field.
    http_method_names = ["get", "post", "patch", "delete", "head"]
    # Columns that the serializer shows and that are never null.
    ordering_fields = ["id"]
    ordering = "-id"


# A list and its details, which have an ETag.
class DetailViewSet(ETagMixin, ListViewSet):
    lookup_value_converter = "int"

    def retrieve(self, request: Request, pk: int) -> Response:
        self.filter_queryset(self.queryset)  # type: ignore[arg-type]  # refuses parameters
        return self.respond_with(pk)

    def respond_with(self, pk: int, status: int = 200) -> Response:
        """Return the row as its detail shows it. Raises the model's DoesNotExist."""
        return Response(read_one(self.get_serializer_class(), self.get_selector(), pk), status=status)

    def validated_body(self, **kwargs: Any) -> dict[str, Any]:
        """Return the body as the serializer reads it. Raises ValidationError."""
        body = self.get_serializer(data=self.request.data, **kwargs)
        body.is_valid(raise_exception=True)
        return body.validated_data


class CreateMixin(DetailViewSet):
    def create_row(self, **fields: Any) -> int:
        """Call the service that creates a row, and return its id."""
        raise NotImplementedError

    def create(self, request: Request) -> Response:
        return self.respond_with(self.create_row(**self.validated_body()), status=201)


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


# All of it: `lock_row` is needed for If-Match, see ETagMixin.
class CrudViewSet(CreateMixin, UpdateMixin, DestroyMixin):
    pass
