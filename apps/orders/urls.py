from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.orders.event_views import EventViewSet, OrderEventViewSet
from apps.orders.views import CustomerOrderViewSet, ItemViewSet, OrderViewSet

router = SimpleRouter(use_regex_path=False)
router.register("orders", OrderViewSet)
router.register("items", ItemViewSet)
router.register("events", EventViewSet)
urlpatterns = [
    path(
        "customers/<int:customer_id>/orders/",
        CustomerOrderViewSet.as_view({"get": "list"}),
        name="customer-order-list",
    ),
    path("orders/<int:order_id>/events/", OrderEventViewSet.as_view({"get": "list"}), name="order-event-list"),
    *router.urls,
]
