from apps.plugin import ProjectAppConfig


class LabConfig(ProjectAppConfig):
    name = "lab"
    site_urls = "lab.pages.site_urls"
    home_link = ("Lab", "/lab/")
    home_area = "lab.pages.views.home_area"
