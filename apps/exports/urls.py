from rest_framework.routers import SimpleRouter

from apps.exports.views import ExportViewSet

router = SimpleRouter(use_regex_path=False)
router.register("exports", ExportViewSet)
urlpatterns = router.urls
