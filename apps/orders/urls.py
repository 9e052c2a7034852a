from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.orders.views import CustomerOrderViewSet, ItemViewSet, OrderViewSet

router = SimpleRouter(use_regex_path=False)
router.register("orders", OrderViewSet)
router.register("items", ItemViewSet)
urlpatterns = [
    path(
        "customers/<int:customer_id>/orders/",
        CustomerOrderViewSet.as_view({"get": "list"}),
        name="customer-order-list",
    ),
    *router.urls,
]
