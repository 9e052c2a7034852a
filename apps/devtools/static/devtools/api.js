/** Access to the server, only through the public API. Each request has an equivalent curl command. */

const API = "/api/v1/";
const RETRY_MS = 1500;

/** A failed request. The message is for the page; `problem` is the server's problem document (RFC 9457), if any. */
export class ApiError extends Error {}

let watching = false;

/** Build a request without sending it: `{ method, path, json, curl }`. Empty parameters, which the API refuses, are omitted. */
export function call(method, path, { query = {}, body } = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== "");
  const address = API + path + (given.length ? `?${new URLSearchParams(given)}` : "");
  return at(method, address, body);
}

/** Build the request for a link of the API. Behind a proxy its host may be wrong, so only the path is used. */
export function follow(link) {
  const { pathname, search } = new URL(link);
  return at("GET", pathname + search);
}

function at(method, path, body) {
  const json = body && JSON.stringify(body);
  const verb = method === "GET" ? "" : `-X ${method} `;
  const data = json ? ` -H 'Content-Type: application/json' -d '${json}'` : "";
  return { method, path, json, curl: `curl ${verb}'${location.origin}${path}'${data}` };
}

/** Send a request; return the response's `data`, and its `cost` in words. Throws ApiError. */
export async function send({ method, path, json }) {
  const headers = json ? { "Content-Type": "application/json" } : {};
  const response = await fetch(path, { method, headers, body: json }).catch(() => null);
  if (!response) {
    watch();
    throw new ApiError("The server does not respond.");
  }
  const data = await response.json().catch(() => null);
  if (!data) throw new ApiError(`The server responded with ${response.status}, but not with JSON.`);
  if (!response.ok) throw Object.assign(new ApiError(inWords(data)), { problem: data });
  return { data, cost: cost(response.headers.get("Server-Timing")) };
}

function inWords({ status, detail, errors = [] }) {
  const reasons = errors.map((error) => {
    const place = error.parameter ?? error.pointer.replace(/^#\/?/, "");
    return place ? `${place}: ${error.detail}` : error.detail;
  });
  return [`${status}:`, detail, ...reasons].join(" ");
}

function cost(header) {
  const timing = /db;dur=([\d.]+);desc="(\d+) statements?", total;dur=([\d.]+)/;
  const [, database, statements, total] = header?.match(timing) ?? [];
  if (!total) return "not timed by the server";
  return `${statements} statement${statements === "1" ? "" : "s"}, ${total} ms (database ${database} ms)`;
}

/** Retry until the server responds again; dispatch `server-gone` and `server-back` to the page. */
function watch() {
  if (watching) return;
  watching = true;
  dispatchEvent(new Event("server-gone"));
  const look = async () => {
    const response = await fetch("/healthz").catch(() => null);
    if (!response?.ok) return setTimeout(look, RETRY_MS);
    watching = false;
    dispatchEvent(new Event("server-back"));
  };
  setTimeout(look, RETRY_MS);
}
