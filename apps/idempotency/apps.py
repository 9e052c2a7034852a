from apps.plugin import ProjectAppConfig


class IdempotencyConfig(ProjectAppConfig):
    name = "apps.idempotency"
