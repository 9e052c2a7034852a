"""The tenant that a request acts for, so that a client can learn its time zone, its key's rights and its limits."""

from django.conf import settings
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.pagination import MAX_SIZE
from apps.api.strict import NoBodySerializer, validated_query
from apps.api.views import ConditionalView
from apps.tenancy.acting import acting_key
from apps.tenancy.models import ApiKey
from apps.tenancy.scope import current_tenant


class CurrentKeySerializer(serializers.ModelSerializer):
    """The API key of the request. Its secret is never shown."""

    class Meta:
        model = ApiKey
        fields = read_only_fields = ["prefix", "name", "scope", "expires_at"]
        extra_kwargs = {
            "prefix": {"help_text": "The key's public part. It identifies the key but does not authenticate a request."}
        }


class LimitsSerializer(serializers.Serializer):
    """The limits on requests."""

    requests_per_minute = serializers.IntegerField(
        allow_null=True, help_text="Maximum requests per minute, counted by each process; null means no limit."
    )
    body_bytes = serializers.IntegerField(help_text="Maximum size of a request body, in bytes.")
    page_size = serializers.IntegerField(help_text="Maximum `page_size`.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Tenant",
            {
                "slug": "acme",
                "name": "Acme Ltd",
                "timezone": "Europe/Berlin",
                "key": {"prefix": "1a2b3c4d", "name": "billing job", "scope": "write", "expires_at": None},
                "limits": {"requests_per_minute": 6000, "body_bytes": 1048576, "page_size": 200},
            },
        )
    ]
)
class CurrentTenantSerializer(serializers.Serializer):
    """The tenant of the request's API key."""

    slug = serializers.CharField(help_text="The tenant's short name, unique in the service.")
    name = serializers.CharField(help_text="The tenant's full name.")
    timezone = serializers.CharField(help_text="IANA name. Dates in filters and reports are days in this zone.")
    key = CurrentKeySerializer(allow_null=True, help_text="Null if the service accepts requests without a key.")
    limits = LimitsSerializer()


class TenantView(ConditionalView):
    @extend_schema(
        summary="Read the tenant of the API key",
        description="The tenant that every request with this key acts for, with the key's rights and the limits.",
        responses=CurrentTenantSerializer,
    )
    def get(self, request: Request) -> Response:
        validated_query(NoBodySerializer, request.query_params)
        tenant, key = current_tenant(), acting_key()
        limits = {
            "requests_per_minute": settings.REQUESTS_PER_MINUTE or None,
            "body_bytes": settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
            "page_size": MAX_SIZE,
        }
        shown = {"slug": tenant.slug, "name": tenant.name, "timezone": tenant.timezone, "key": key, "limits": limits}
        return Response(CurrentTenantSerializer(shown).data)
