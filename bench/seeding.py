"""Seed the database of the environment in this process, so that time and memory are those of the seed only.

python -m bench.seeding product 200 8 4        the service's own seed, for tenant 1
python -m bench.seeding predecessor 200 8 4    save() per row
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time

import django


def main(who: str, *numbers: str) -> None:
    customers, orders, items = map(int, numbers)
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings" if who == "product" else "bench.peers.settings"
    django.setup()
    if who == "product":
        from apps.devtools import services
        from apps.tenancy.models import Tenant
        from apps.tenancy.scope import tenant_scope

        tenant = Tenant.objects.get(pk=1)
        started = time.perf_counter()
        with tenant_scope(tenant, atomic=False):
            services.seed(customers=customers, orders_per_customer=orders, items_per_order=items, seed=7)
    else:
        from bench.peers import predecessor

        started = time.perf_counter()
        predecessor.seed(customers, orders, items)
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main(*sys.argv[1:])
