from apps.plugin import ProjectAppConfig


class LabConfig(ProjectAppConfig):
    name = "lab"
    site_urls = "lab.site_urls"
    home_link = ("Lab", "/lab/")
    home_area = "lab.views.home_area"
