from rest_framework.routers import SimpleRouter

from apps.customers.views import CustomerViewSet

router = SimpleRouter(use_regex_path=False)
router.register("customers", CustomerViewSet)
urlpatterns = router.urls
