"""Texts that look alike but differ: combining accents, two spellings of a domain, invisible characters."""

from __future__ import annotations

from itertools import count
from urllib.parse import quote

import pytest

CUSTOMERS = "/api/v1/customers/"
STORED = "ada@xn--bcher-kva.example"
SPELLINGS = {
    "composed": "ada@bücher.example",
    "accent apart": "ada@bu\u0308cher.example",
    "capitals": "Ada@BÜCHER.Example",
    "ASCII": STORED,
    "ASCII in capitals": "ADA@XN--BCHER-KVA.EXAMPLE",
    "zero-width space": "ada@bü\u200bcher.example",
    "soft hyphen": "ada@bü\u00adcher.example",
    "wide letters": "ada@\uff42ücher.example",
    "ideographic full stop": "ada@bücher\u3002example",
}
NOT_ADDRESSES = {
    "zero-width space": "ad\u200ba@example.com",
    "byte order mark": "ada\ufeff@example.com",
    "bell in quotes": '"ad\x07a"@example.com',
    "long s": "\u017fam@example.com",
    "joiner between Latin letters": "ada@bü\u200dcher.example",
    "symbol": "ada@\u2615.example",
    "broken punycode": "ada@xn--zz--.example",
    "accent apart in punycode": "ada@xn--bucher-xyd.example",
}
INVISIBLE = {
    "bell": "\x07",
    "escape": "\x1b[2J",
    "line feed": "\n",
    "next line": "\x85",
    "soft hyphen": "\u00ad",
    "zero-width space": "\u200b",
    "joiner": "\u200d",
    "non-joiner": "\u200c",
    "right-to-left override": "\u202e",
    "line separator": "\u2028",
    "word joiner": "\u2060",
    "Hangul filler": "\u3164",
    "byte order mark": "\ufeff",
    "tag": "\U000e0041",
}
# Sri in Sinhala and Alireza in Persian are written with joiners, Katsuragi with a variation selector.
NAMES = {
    "Latin": "Zoë Ślązak",
    "Sinhala": "ශ්\u200dරී",
    "Persian": "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627",
    "Japanese": "葛\U000e0100城",
    "Chinese": "王小明",
    "symbol": "Café ☕\ufe0f",
}
numbers = count()


@pytest.fixture
def address():
    """An e-mail address that no customer has."""
    return f"nobody.{next(numbers)}@example.com"


@pytest.fixture(scope="module")
def ada(service):
    return service.ask("POST", CUSTOMERS, {"email": SPELLINGS["composed"], "name": "Ada"}).body


@pytest.fixture(scope="module")
def grace(service):
    return service.ask("POST", CUSTOMERS, {"email": "grace@example.com", "name": "Grace"}).body


@pytest.fixture(scope="module")
def order(service, ada):
    line = {"sku": "TEA", "quantity": 1, "unit_price_cents": 450}
    return service.ask("POST", "/api/v1/orders/", {"customer": ada["id"], "items": [line]}).body


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_email_is_one_customer_in_every_spelling(service, ada, spelling):
    twin = service.ask("POST", CUSTOMERS, {"email": spelling, "name": "Twin"})
    own = service.ask("PATCH", f"{CUSTOMERS}{ada['id']}/", {"email": spelling})

    assert (ada["email"], own.status, own.body["email"]) == (STORED, 200, STORED)
    assert (twin.status, twin.body["type"]) == (409, "/docs/problems/customer-email-taken")


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("whole", [True, False], ids=["address", "label"])
def test_search_finds_an_email_in_every_spelling(service, ada, order, spelling, whole):
    label = spelling.partition("@")[2].replace("\u3002", ".").partition(".")[0]
    needle = quote(spelling if whole else label)

    customers = service.ask("GET", f"{CUSTOMERS}?email={needle}").body["results"]
    orders = service.ask("GET", f"/api/v1/orders/?email={needle}").body["results"]

    assert ([row["id"] for row in customers], [row["id"] for row in orders]) == ([ada["id"]], [order["id"]])


@pytest.mark.parametrize("text", NOT_ADDRESSES.values(), ids=NOT_ADDRESSES)
def test_email_without_an_ascii_form_is_refused(service, text):
    answer = service.ask("POST", CUSTOMERS, {"email": text, "name": "Ada"})

    errors = [(error["pointer"], error["code"]) for error in answer.body["errors"]]
    assert (answer.status, errors) == (400, [("#/email", "invalid")])


@pytest.mark.parametrize("character", INVISIBLE.values(), ids=INVISIBLE)
def test_invisible_character_in_a_name_or_a_code_is_refused(service, grace, address, character):
    text = f"A{character}da"
    line = {"sku": text, "quantity": 1, "unit_price_cents": 1}

    name = service.ask("POST", CUSTOMERS, {"email": address, "name": text})
    sku = service.ask("POST", "/api/v1/orders/", {"customer": grace["id"], "items": [line]})

    errors = [(error["pointer"], error["code"]) for answer in (name, sku) for error in answer.body["errors"]]
    assert (name.status, sku.status) == (400, 400)
    assert errors == [(place, "invisible_characters_not_allowed") for place in ("#/name", "#/items/0/sku")]


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_name_of_any_script_is_kept(service, address, name):
    answer = service.ask("POST", CUSTOMERS, {"email": address, "name": name})

    assert (answer.status, answer.body["name"]) == (201, name)


def test_combining_accents_are_composed(service, grace, address):
    line = {"sku": "Ka\u0308se", "quantity": 1, "unit_price_cents": 1}

    customer = service.ask("POST", CUSTOMERS, {"email": address, "name": "Zoe\u0308" + "e\u0301" * 197}).body
    order = service.ask("POST", "/api/v1/orders/", {"customer": grace["id"], "items": [line]}).body

    assert (customer["name"], order["items"][0]["sku"]) == ("Zoë" + "é" * 197, "Käse")


def test_a_million_accents_are_refused_before_normalization(service, address):
    """NFC normalization sorts combining characters in quadratic time, so these would take minutes."""
    answer = service.ask("POST", CUSTOMERS, {"email": address, "name": "a" + "\u0301\u0323" * 60_000})

    assert (answer.status, [error["code"] for error in answer.body["errors"]]) == (400, ["max_length"])
