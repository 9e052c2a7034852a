const API = "/api/v1/";
const MOVES = { draft: ["pay", "cancel"], paid: ["ship", "cancel"] };
const TYPING_PAUSE_MS = 250;

const find = (selector, root = document) => root.querySelector(selector);
const [seedForm, seedNote] = document.querySelectorAll("#data > :is(form, output)");
const [filters, ordersNote, ordersTable] = document.querySelectorAll("#orders > :is(form, output, table)");
const [summaryForm, summaryNote, summaryTable] = document.querySelectorAll("#summary > :is(form, output, table)");
const pageButtons = document.querySelectorAll("#orders nav button");
const footer = find("footer");

const decimals = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const money = (cents) => decimals.format(cents / 100);
const count = (number, noun) => `${number} ${noun}${Number(number) === 1 ? "" : "s"}`;

/** No answer, or a refusal with its problem document. The message is fit for the page. */
class ApiError extends Error {}

async function request(method, path, body) {
  const [headers, json] = body ? [{ "Content-Type": "application/json" }, JSON.stringify(body)] : [];
  const line = curl(method, path, json);
  fill(footer, { curl: line, outcome: "…" });
  const response = await fetch(path, { method, headers, body: json }).catch(() => null);
  fill(footer, { curl: line, outcome: response?.status ?? "no answer" });
  if (!response) throw new ApiError("The server does not answer.");
  const data = await response.json().catch(() => null);
  if (!data) throw new ApiError(`The server answered ${response.status}, but not with JSON.`);
  if (!response.ok) throw Object.assign(new ApiError(inWords(data)), { problem: data });
  return { data, cost: cost(response) };
}

function curl(method, path, json) {
  const options = json ? ` -H 'Content-Type: application/json' -d '${json}'` : "";
  return `curl ${method === "GET" ? "" : `-X ${method} `}'${location.origin}${path}'${options}`;
}

function inWords({ detail, errors = [] }) {
  const reasons = errors.map((error) => {
    const place = error.parameter ?? error.pointer.replace(/^#\/?/, "");
    return place ? `${place}: ${error.detail}` : error.detail;
  });
  return [detail, ...reasons].join(" ");
}

function cost(response) {
  const timing = /db;dur=([\d.]+);desc="(\d+) statements?", total;dur=([\d.]+)/;
  const [, database, statements, total] = response.headers.get("Server-Timing")?.match(timing) ?? [];
  return total ? `${total} ms, ${database} ms of it in ${count(statements, "statement")}` : "not timed by the server";
}

/** The fields that are filled in, because the API refuses empty parameters. */
const filled = (form) => [...new FormData(form)].filter(([, value]) => value.trim());

function address(path, form) {
  const query = new URLSearchParams(filled(form)).toString();
  return API + path + (query && `?${query}`);
}

const clone = (template) => find(`#${template}`).content.firstElementChild.cloneNode(true);

function fill(root, texts) {
  for (const [field, text] of Object.entries(texts)) find(`[data-field="${field}"]`, root).textContent = text;
}

const button = (textContent, onclick) =>
  Object.assign(document.createElement("button"), { type: "button", textContent, onclick });

function say(note, text, isError = false) {
  note.textContent = text;
  note.classList.toggle("error", isError);
}

function complain(note, error) {
  if (!(error instanceof ApiError)) throw error;
  say(note, error.message, true);
}

/** Run `work` unless it is still running: a second click must not seed or pay twice. */
async function once(part, note, work) {
  if (part.ariaBusy === "true") return;
  part.ariaBusy = "true";
  await work()
    .catch((error) => complain(note, error))
    .finally(() => (part.ariaBusy = "false"));
}

async function seed() {
  say(seedNote, "Writing…");
  const started = performance.now();
  const size = Object.fromEntries(filled(seedForm).map(([name, value]) => [name, Number(value)]));
  const { data } = await request("POST", `${API}devtools/seed/`, size);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const written = [count(data.customers, "customer"), count(data.orders, "order"), count(data.items, "item")];
  say(seedNote, `${written.join(", ")} written in ${seconds} s.`);
  showFirstPage();
}

let newestPage = 0;
let typing;

function showPage(path) {
  clearTimeout(typing);
  const page = ++newestPage;
  // Answers can overtake each other; only the one to the newest question counts.
  return request("GET", path).then(
    (answer) => page === newestPage && renderPage(answer),
    (error) => page === newestPage && complain(ordersNote, error),
  );
}

const showFirstPage = () => showPage(address("orders/", filters));

function showLinkedPage({ target }) {
  // Path and query only: behind a proxy, the server may know its host by another name.
  const { pathname, search } = new URL(target.value);
  showPage(pathname + search);
}

function renderPage({ data, cost }) {
  for (const body of [...ordersTable.tBodies]) body.remove();
  ordersTable.append(...data.results.map((order) => showOrder(clone("order"), order)));
  for (const link of pageButtons) {
    link.value = data[link.name] ?? "";
    link.disabled = !link.value;
  }
  say(ordersNote, `${data.results.length ? count(data.results.length, "order") : "No orders"}: ${cost}.`);
}

function showOrder(body, order) {
  const status = order.archived_at ? `${order.status}, archived` : order.status;
  const [id, email, items] = [order.id, order.customer_email, order.items.length];
  fill(body, { id, email, status, items, total: money(order.total_cents), created: order.created_at.slice(0, 10) });
  body.dataset.status = order.archived_at ? "archived" : order.status;
  const moves = order.archived_at ? ["unarchive"] : [...(MOVES[order.status] ?? []), "archive"];
  find(".moves", body).replaceChildren(...moves.map((name) => moveButton(body, order, name)));
  return body;
}

function moveButton(body, order, name) {
  const note = find("output", body);
  const made = button(name, async () => {
    await once(body, note, () => move(body, order, name));
    // The button that had the keyboard's focus may be gone.
    if (document.activeElement === document.body) note.focus({ preventScroll: true });
  });
  made.ariaLabel = `${name} order ${order.id}`;
  return made;
}

async function move(body, order, name) {
  const note = find("output", body);
  const { data } = await request("POST", `${API}orders/${order.id}/${name}/`).catch((error) => {
    // A refusal tells what the order has become since it was listed.
    const status = error.problem?.order_status;
    if (status) showOrder(body, { ...order, status });
    throw error;
  });
  showOrder(body, data);
  say(note, `Done: ${name}.`);
  const ask = () => once(body, note, () => showCustomer(note, data.customer));
  if (name === "cancel") note.append(" ", button("customer still here?", ask));
}

async function showCustomer(note, id) {
  const { data } = await request("GET", `${API}customers/${id}/`);
  say(note, `Yes: ${JSON.stringify(data)}`);
}

async function showSummary() {
  const { data, cost } = await request("GET", address("reporting/summary/", summaryForm));
  const max = Math.max(1, ...data.rows.map((row) => row.total_cents));
  summaryTable.tBodies[0].replaceChildren(...data.rows.map((row) => summaryRow(row, max)));
  summaryTable.hidden = false;
  say(summaryNote, `${count(data.rows.length, "customer")}: ${cost}.`);
}

function summaryRow({ email, order_count: orders, total_cents: value }, max) {
  const row = clone("summary-row");
  fill(row, { email, orders, revenue: money(value) });
  Object.assign(find("meter", row), { max, value });
  return row;
}

document.addEventListener("submit", (event) => event.preventDefault());
seedForm.addEventListener("submit", () => once(seedForm, seedNote, seed));
summaryForm.addEventListener("submit", () => once(summaryForm, summaryNote, showSummary));
filters.addEventListener("submit", showFirstPage);
filters.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(showFirstPage, TYPING_PAUSE_MS);
});
for (const link of pageButtons) link.addEventListener("click", showLinkedPage);
const copy = find("button", footer);
// Browsers offer no clipboard to pages over plain http, except from this very machine.
copy.hidden = !navigator.clipboard;
copy.addEventListener("click", () => {
  navigator.clipboard.writeText(find("code", footer).textContent).then(() => fill(footer, { outcome: "copied" }));
});
showFirstPage();
