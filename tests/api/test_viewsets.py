from __future__ import annotations

import pytest
from django.db.models import ProtectedError, RestrictedError
from django.urls import include, path
from drf_spectacular.generators import SchemaGenerator
from model_bakery import baker
from rest_framework.routers import SimpleRouter

from apps.api.filters import FilterSet
from apps.api.viewsets import CreateMixin, DetailViewSet, ListViewSet
from apps.customers import selectors, services
from apps.customers.models import Customer
from apps.customers.serializers import CustomerSerializer
from config import urls


class PersonFilter(FilterSet):
    class Meta:
        model = Customer
        fields: list[str] = []


class PeopleList(ListViewSet):
    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer
    filterset_class = PersonFilter

    def get_selector(self):
        return selectors.customer_list


class PeopleDetail(PeopleList, DetailViewSet):
    pass


class PeopleCreate(CreateMixin, PeopleDetail):
    def create_row(self, **fields):
        return services.create_customer(**fields)


router = SimpleRouter(use_regex_path=False)
router.register("listed", PeopleList, basename="listed")
router.register("shown", PeopleDetail, basename="shown")
router.register("people", PeopleCreate, basename="people")
urlpatterns = [path("api/v1/", include(router.urls)), *urls.urlpatterns]
pytestmark = pytest.mark.urls(__name__)
ROOT = "/api/v1/"


def test_only_the_routes_of_the_base_classes_are_mounted():
    mounted = [str(url.pattern) for url in router.urls]

    assert mounted == ["listed/", "shown/", "shown/<int:pk>/", "people/", "people/<int:pk>/"]


def test_row_is_listed_retrieved_and_created(acme, api):
    created = api.post(f"{ROOT}people/", {"email": "ada@example.com", "name": "Ada"})

    pk = created.json()["id"]
    shown = api.get(f"{ROOT}shown/{pk}/")
    assert created.status_code == 201
    assert (shown.json(), shown["ETag"]) == (created.json(), created["ETag"])
    assert api.get(f"{ROOT}listed/").json()["results"] == [shown.json()]
    assert api.get(f"{ROOT}shown/{pk + 1}/").json()["detail"] == "No such customer."


@pytest.mark.parametrize("condition", ["If-Match", "If-None-Match"])
@pytest.mark.parametrize(
    ("address", "method", "allowed"),
    [
        ("listed/", "post", "GET, HEAD"),
        ("shown/", "post", "GET, HEAD"),
        ("shown/{pk}/", "patch", "GET, HEAD"),
        ("shown/{pk}/", "delete", "GET, HEAD"),
        ("people/", "patch", "GET, POST, HEAD"),
        ("people/{pk}/", "put", "GET, HEAD"),
    ],
)
def test_method_without_a_base_class_is_405_whatever_the_precondition(
    in_acme, api, address, method, allowed, condition
):
    address = address.format(pk=baker.make(Customer).pk)

    response = getattr(api, method)(f"{ROOT}{address}", {}, "application/json", headers={condition: '"tag"'})

    assert (response.status_code, response["Allow"]) == (405, allowed)


def test_openapi_links_are_named_after_the_model():
    document = SchemaGenerator(patterns=urlpatterns).get_schema(public=True)

    creations = {path: operations.get("post") for path, operations in document["paths"].items()}
    links = creations[f"{ROOT}people/"]["responses"]["201"]["links"]
    assert creations[f"{ROOT}shown/"] is None
    assert {name: link["parameters"] for name, link in links.items()} == {
        "customers_orders_list": {"customer_id": "$response.body#/id"},
        "orders_list": {"customer": "$response.body#/id"},
        "people_retrieve": {"id": "$response.body#/id"},
    }


def test_conflict_names_the_models_that_refer_to_a_protected_row(in_acme, api, monkeypatch):
    order = baker.make("orders.Order")
    monkeypatch.setattr(services, "delete_customer", lambda customer_id: Customer.objects.get(pk=customer_id).delete())

    response = api.delete(f"{ROOT}customers/{order.customer_id}/")

    assert (response.status_code, response.json()["type"]) == (409, "/docs/problems/still-referred-to")
    assert response.json()["referring"] == ["order"]
    assert response.json()["detail"] == "It cannot be deleted while other rows refer to it: order."


@pytest.mark.parametrize("error", [ProtectedError, RestrictedError])
def test_conflict_names_each_referring_model_once(in_acme, api, monkeypatch, error):
    event = baker.make("orders.OrderEvent")

    def refuse(customer_id):
        raise error("", {event, event.order, baker.make("orders.Order")})

    monkeypatch.setattr(services, "delete_customer", refuse)

    response = api.delete(f"{ROOT}customers/{event.order.customer_id}/")

    assert (response.status_code, response.json()["referring"]) == (409, ["order", "order event"])


def test_conflict_of_a_customer_without_orders_does_not_mention_orders(in_acme, monkeypatch):
    event = baker.make("orders.OrderEvent")

    def refuse(rows):
        raise ProtectedError("", {event})

    monkeypatch.setattr(type(Customer.objects.all()), "delete", refuse)

    with pytest.raises(ProtectedError):
        services.delete_customer(customer_id=event.order.customer_id)
