from apps.plugin import ProjectAppConfig


class ExportsConfig(ProjectAppConfig):
    name = "apps.exports"
    api_urls = {"v1": "apps.exports.urls"}
    api_tags = {"exports": "Files with all rows of a list, made in the background."}
    jobs = {"export": "apps.exports.work.ExportHandler"}
