-- Sample data: {orders} orders, 10 per customer, with one item each. The tenants' rows are interleaved, as after years of
-- use. Triggers maintain the totals.

INSERT INTO tenancy_tenant (id, slug, name, timezone, is_active, created_at)
SELECT n, 'tenant-' || n, 'Tenant ' || n, 'Europe/Berlin', true, now() FROM generate_series(1, {tenants}) AS n;

INSERT INTO customers_customer (id, tenant_id, email, name, is_active, created_at, updated_at)
SELECT n, 1 + n % {tenants}, family || '.' || n || '@example.com', initcap(family), true, now(), now()
FROM generate_series(1, {orders} / 10) AS n,
    LATERAL (SELECT (ARRAY['allen', 'berners-lee', 'dijkstra', 'hamilton', 'hopper', 'knuth', 'lamarr', 'liskov',
        'lovelace', 'turing'])[1 + n / {tenants} % 10]) AS names (family);

INSERT INTO orders_order (id, tenant_id, customer_id, status, total_cents, created_at, updated_at, paid_at, archived_at)
SELECT n, 1 + customer % {tenants}, customer, status, 0, instant, instant,
    CASE WHEN status IN ('paid', 'shipped') THEN instant END, CASE WHEN n % 49 = 0 THEN instant END
FROM generate_series(1, {orders}) AS n,
    LATERAL (SELECT 1 + n % ({orders} / 10)) AS customers (customer),
    LATERAL (SELECT timestamptz '2026-01-01 00:00Z' + n * interval '180 days' / {orders}) AS instants (instant),
    LATERAL (SELECT (ARRAY['draft', 'paid', 'paid', 'shipped', 'shipped', 'shipped', 'cancelled'])[1 + n / 3 % 7])
        AS statuses (status);

INSERT INTO orders_item (tenant_id, order_id, sku, quantity, unit_price_cents)
SELECT tenant_id, id, 'MUG-BLUE', 1 + id % 3, 100 + id % 900 FROM orders_order;
