"""Delete what is no longer needed: files after a day, rows after a month, and files that no export names."""

from django.utils import timezone

from apps.exports import files
from apps.exports.lifecycle import ROW_KEPT, UNFINISHED, State
from apps.exports.models import Export
from apps.tenancy.models import Tenant
from apps.tenancy.scope import allow_slow_statements, current_tenant, tenant_scope


def expire_exports() -> tuple[int, int]:
    """Do so for the current tenant, and return how many exports expired and how many rows were deleted."""
    now, tenant = timezone.now(), current_tenant()
    with tenant_scope(tenant):
        allow_slow_statements()
        expired = Export.objects.filter(state=State.DONE, expires_at__lte=now).update(state=State.EXPIRED, file="")
        old = Export.objects.filter(created_at__lt=now - ROW_KEPT).exclude(state__in=[*UNFINISHED, State.DONE])
        deleted = old.delete()[0]
    _remove_files_without_export(tenant)
    return expired, deleted


def remove_files_of_deleted_tenants() -> None:
    """Delete the folders of tenants that do not exist any more. A folder that no tenant can have is somebody else's."""
    # The folders first: that of a tenant that is created meanwhile is then not among them.
    folders = [folder for folder in files.names_in("")[0] if folder.isascii() and folder.isdigit()]
    tenants = {str(pk) for pk in Tenant.objects.values_list("pk", flat=True)}
    for tenant_folder in folders:
        if tenant_folder not in tenants:
            for folder in files.names_in(tenant_folder)[0]:
                files.remove(f"{tenant_folder}/{folder}")
            files.remove(tenant_folder)


def _remove_files_without_export(tenant: Tenant) -> None:
    # The folders first: an export that is requested meanwhile is then not among them.
    folders = files.names_in(str(tenant.pk))[0]
    with tenant_scope(tenant):
        named = dict(Export.objects.filter(state__in=[*UNFINISHED, State.DONE]).values_list("pk", "file"))
    for folder in folders:
        path = f"{tenant.pk}/{folder}"
        if not folder.isdigit() or int(folder) not in named:
            files.remove(path)
        elif kept := named[int(folder)]:  # An unfinished one has none yet: its worker removes leftovers.
            for name in files.names_in(path)[1]:
                if f"{path}/{name}" != kept:
                    files.remove_one(f"{path}/{name}")
