"""The admin, where it is installed, manages tenants and their keys. It never shows a tenant's rows."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from apps.tenancy import keys
from apps.tenancy.models import ApiKey, Tenant


@admin.register(Tenant)
class TenantAdmin(admin.ModelAdmin):
    """Create and edit tenants. A tenant cannot be deleted here, because its rows are protected; make it inactive."""

    list_display = ["slug", "name", "timezone", "is_active", "created_at"]
    list_filter = ["is_active"]
    search_fields = ["slug", "name"]
    ordering = ["slug"]
    fields = ["slug", "name", "timezone", "is_active"]

    def get_readonly_fields(self, request: HttpRequest, obj: Tenant | None = None) -> list[str]:
        return ["slug"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Tenant | None = None) -> bool:
        return False


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):
    """Issue and revoke keys through `keys`. The full key is shown once, in the response that creates it."""

    list_display = ["prefix", "tenant", "name", "scope", "is_live", "created_at", "expires_at", "revoked_at"]
    list_select_related = ["tenant"]
    search_fields = ["prefix", "name", "tenant__slug"]
    ordering = ["-id"]
    actions = ["revoke"]

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        return self.list_display if obj else ["tenant", "name", "scope", "expires_at"]

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        # Only "Save": every button would lead to the page that shows the key.
        one_button = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().add_view(request, form_url, {**(extra_context or {}), **one_button})

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        key = keys.issue_key(tenant=obj.tenant, name=obj.name, scope=obj.scope, expires_at=obj.expires_at)
        # The admin logs `obj`, so give it the id and prefix of the key that was stored.
        obj.prefix = key.split("_")[1]
        obj.pk = ApiKey.objects.get(prefix=obj.prefix).pk
        request.issued_key = key  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: Any = None) -> HttpResponse:
        # Not a Django message, which a cookie would store. Responses of the admin are never cached.
        context = {
            **self.admin_site.each_context(request),
            "title": "The new API key",
            "opts": self.opts,
            "api_key": obj,
            "issued_key": request.issued_key,  # type: ignore[attr-defined]
        }
        return TemplateResponse(request, "tenancy/issued_key.html", context)

    @admin.display(boolean=True, description="live")
    def is_live(self, key: ApiKey) -> bool:
        return key.is_live(timezone.now())

    # The permission to issue keys includes revoking them.
    @admin.action(description="Revoke selected keys", permissions=["add"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        live = queryset.filter(revoked_at=None)
        for key in live:
            keys.revoke_key(prefix=key.prefix)
            self.log_change(request, key, "Revoked.")
        self.message_user(request, f"{len(live)} revoked.")
