"""The pages of lists in the OpenAPI document."""

from typing import Any

from rest_framework.pagination import BasePagination

DEFAULT_SIZE, MAX_SIZE = 20, 200  # rows of a page
EXAMPLE_CURSOR = "eyJvcmRlcmluZyI6Ii1jcmVhdGVkX2F0In0"


class DocumentedPages(BasePagination):
    """What the schema says of a list's pages and parameters; `pagination` reads them."""

    def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "next_cursor", "previous_cursor", "results"],
            "properties": {
                "count": {
                    "type": "integer",
                    "description": "Number of matching rows; present only with `count=true`.",
                    "example": 100,
                },
                "next": {
                    **link,
                    "description": "URL of the next page; null on the last page.",
                    "example": f"https://orders.example.com/api/v1/orders/?cursor={EXAMPLE_CURSOR}",
                },
                "previous": {
                    **link,
                    "description": "URL of the previous page; null on the first page.",
                    "example": None,
                },
                "next_cursor": {
                    "type": "string",
                    "nullable": True,
                    "description": "The `cursor` of the next page; null on the last page.",
                    "example": EXAMPLE_CURSOR,
                },
                "previous_cursor": {
                    "type": "string",
                    "nullable": True,
                    "description": "The `cursor` of the previous page; null on the first page.",
                    "example": None,
                },
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        orderings = [f"{sign}{name}" for name in view.ordering_fields for sign in ("", "-")]
        return [
            _parameter(
                "cursor",
                "Opaque: the `next_cursor` or `previous_cursor` of a page with the same filters and ordering.",
                type="string",
                minLength=1,
            ),
            _parameter(
                "page_size", "Rows per page.", type="integer", minimum=1, maximum=MAX_SIZE, default=DEFAULT_SIZE
            ),
            _parameter(
                "count",
                "Also return the number of matching rows, at the cost of one more query.",
                type="boolean",
                default=False,
            ),
            _parameter(
                "ordering",
                "Sort column; `-` in front sorts in descending order.",
                type="string",
                enum=orderings,
                default=view.ordering,
                # Names for generated clients, where `-id` and `id` would be one.
                **{"x-enum-varnames": [_constant(ordering) for ordering in orderings]},
            ),
        ]


def _parameter(name: str, description: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _constant(ordering: str) -> str:
    return f"{ordering.lstrip('-')}_{'desc' if ordering.startswith('-') else 'asc'}".upper()
