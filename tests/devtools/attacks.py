from tests.support.attacks import KEY

ROWS = {
    "POST devtools/reset/": {**KEY, "mass assignment": ""},
    "POST devtools/seed/": {"value": "customers items_per_order orders_per_customer seed", "mass assignment": ""},
}
