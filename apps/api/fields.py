from typing import Any

from rest_framework import serializers


class RowIdField(serializers.IntegerField):
    """The id of an existing row. A subclass defines `exists` and the message of `does_not_exist`."""

    @staticmethod
    def exists(pk: int, /) -> bool:
        """Whether the current tenant has that row."""
        raise NotImplementedError

    def to_internal_value(self, data: Any) -> int:
        pk = super().to_internal_value(data)
        if not self.exists(pk):
            self.fail("does_not_exist")
        return pk
