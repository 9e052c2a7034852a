from django.core.management.base import CommandError

from apps.tenancy.models import Tenant


def find_tenant(slug: str) -> Tenant:
    """Return the tenant that a command was given. Raises CommandError."""
    try:
        return Tenant.objects.get(slug=slug)
    except Tenant.DoesNotExist as error:
        raise CommandError(f"There is no tenant {slug!r}. See: manage.py tenant list") from error
