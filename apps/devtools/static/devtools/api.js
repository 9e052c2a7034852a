/** The one way to the server: the public API, each request with the curl line that does the same. */

const API = "/api/v1/";
const RETRY_MS = 1500;

/** What went wrong, in words for the page; `problem` is the document (RFC 9457) if the server sent one. */
export class ApiError extends Error {}

let watching = false;

/** A request not made yet: `{ method, path, json, curl }`. Parameters that are empty are left out: the API refuses them. */
export function call(method, path, { query = {}, body } = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== "");
  const address = API + path + (given.length ? `?${new URLSearchParams(given)}` : "");
  return at(method, address, body);
}

/** The request for a link that the API gave. Behind a proxy the server may know its host by another name. */
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

/** The answer to a call: its `data`, and its `cost` in words. Raises ApiError. */
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

/** Look until the server answers again; the page hears `server-gone` and `server-back`. */
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
