from apps.plugin import ProjectAppConfig


class BackgroundConfig(ProjectAppConfig):
    name = "apps.background"
