import zoneinfo
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.timezone import now as utc_now

from apps.tenancy.text import IsPlain, PlainTextField

# PostgreSQL reads these as abbreviations without daylight saving time; Python does not.
AMBIGUOUS_ZONES = {"CET", "EET", "MET", "WET"}


def validate_timezone(value: str) -> None:
    if value not in zoneinfo.available_timezones() - AMBIGUOUS_ZONES:
        raise ValidationError(f"{value!r} is not a time zone of both IANA and PostgreSQL, such as 'Europe/Berlin'.")


class Tenant(models.Model):
    """An organisation. No other tenant can read or change its rows. An inactive tenant's keys are refused."""

    slug = models.SlugField(max_length=50, unique=True)
    name = PlainTextField(max_length=200)
    timezone = models.CharField(
        max_length=64,
        default="UTC",
        validators=[validate_timezone],
        help_text="IANA name. Dates in filters and reports are days in this zone.",
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=utc_now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("slug"),
                name="tenant_slug_unique_in_any_case",
                violation_error_message="A tenant has this slug already, in other capitals.",
            ),
            models.CheckConstraint(condition=IsPlain("name"), name="tenant_name_plain"),
        ]

    def __str__(self) -> str:
        return self.slug


class ApiKey(models.Model):
    """An API key of a tenant. Only a hash of its secret is stored; see `keys`."""

    class Scope(models.TextChoices):
        READ = "read"
        WRITE = "write", "Read and write"

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="api_keys")
    name = PlainTextField(max_length=100, blank=True)
    prefix = models.CharField(max_length=8, unique=True, help_text="The key's public part: names it, proves nothing.")
    secret_sha256 = models.CharField(max_length=64, help_text="Hex digest of the key's secret part.")
    scope = models.CharField(max_length=5, choices=Scope.choices, default=Scope.WRITE)
    created_at = models.DateTimeField(default=utc_now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=IsPlain("name"), name="apikey_name_plain")]

    def __str__(self) -> str:
        return f"rl_{self.prefix}_…"

    @property
    def ends_at(self) -> datetime | None:
        """The instant from which on the key is refused, or None."""
        return self.revoked_at or self.expires_at

    def is_live(self, now: datetime) -> bool:
        """Whether the key is neither revoked nor expired at `now`."""
        return self.ends_at is None or now < self.ends_at
