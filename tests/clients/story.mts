// A client's whole story, with openapi-fetch and the types that openapi-typescript generates; prints what it received
// as JSON, as story.py does. `tsc --strict` compiles it, so each narrowing below is one that the schema allows.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { env: { BASE: string; LIMITED: string; KEY: string } };
type OrderRequest = components["schemas"]["OrderRequest"];

// X-Forwarded-Proto is what the proxy in front of the service adds.
const headers = { Authorization: `Bearer ${process.env.KEY}`, "X-Forwarded-Proto": "https" };
const client = createClient<paths>({ baseUrl: process.env.BASE, headers });
const received: Record<string, unknown> = {};

function existing<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("The request failed.");
  return value;
}

async function create(body: OrderRequest, key?: string) {
  return client.POST("/api/v1/orders/", { body, params: { header: key ? { "Idempotency-Key": key } : {} } });
}

const customer = existing(
  (await client.POST("/api/v1/customers/", { body: { email: "grace@example.com", name: "Grace Hopper" } })).data,
);
const tea = { customer: customer.id, items: [{ sku: "TEA-GREEN-100", quantity: 2, unit_price_cents: 450 }] };
const mug = { customer: customer.id, items: [{ sku: "MUG-WHITE", quantity: 1, unit_price_cents: 790 }] };

const created = await create(tea, "tea-for-grace");
const order = existing(created.data);
const path = { id: order.id };
const location = created.response.headers.get("Location")?.replace(`/${order.id}/`, "/{id}/");
received["created"] = [created.response.status, location, order.status, order.total_cents];

const repeated = await create(tea, "tea-for-grace");
const isReplayed = repeated.response.headers.get("Idempotency-Replayed");
const isEqual = JSON.stringify(repeated.data) === JSON.stringify(order);
received["repeated"] = [repeated.response.status, isReplayed, isEqual];

const reused = await create(mug, "tea-for-grace");
received["another body"] = [reused.response.status, reused.error?.type];

const paid = await client.POST("/api/v1/orders/{id}/pay/", { params: { path } });
received["paid"] = [paid.response.status, paid.data?.status];

const again = await client.POST("/api/v1/orders/{id}/pay/", { params: { path } });
if (again.error?.type === "/docs/problems/move-not-allowed") {
  const { type, order_status, allowed } = again.error;
  received["paid again"] = [again.response.status, type, order_status, allowed];
}

const ifMatch = { "If-Match": existing(created.response.headers.get("ETag") ?? undefined) };
const stale = await client.POST("/api/v1/orders/{id}/archive/", { params: { path, header: ifMatch } });
received["an old ETag"] = [stale.response.status, stale.error?.type];

const ifNoneMatch = { "If-None-Match": existing(paid.response.headers.get("ETag") ?? undefined) };
const unchanged = await client.GET("/api/v1/orders/{id}/", { params: { path, header: ifNoneMatch } });
received["not changed"] = [unchanged.response.status, unchanged.data ?? null];

await create(mug);
await create(mug);
const pages: number[][] = [];
let query: { page_size: number; cursor?: string } | undefined = { page_size: 2 };
while (query) {
  const page: components["schemas"]["PaginatedOrderList"] = existing(
    (await client.GET("/api/v1/orders/", { params: { query } })).data,
  );
  pages.push(page.results.map((row) => row.total_cents));
  query = page.next_cursor === null ? undefined : { page_size: 2, cursor: page.next_cursor };
}
received["pages"] = pages;

const events = await client.GET("/api/v1/orders/{order_id}/events/", { params: { path: { order_id: order.id } } });
received["events"] = events.data?.results.map((event) => event.kind);

const misspelt = await client.POST("/api/v1/customers/", { body: { email: "grace@example", name: "Grace" } });
if (misspelt.error?.type === "/docs/problems/invalid-request") {
  const { type, errors } = misspelt.error;
  received["misspelt"] = [misspelt.response.status, type, errors.map((error) => [error.pointer, error.code])];
}

const limited = createClient<paths>({ baseUrl: process.env.LIMITED, headers });
const first = await limited.GET("/api/v1/tenant/");
const second = await limited.GET("/api/v1/tenant/");
received["too many"] = [first.response.status, second.response.status, second.error?.type];

console.log(JSON.stringify(received));
