import { ApiError, call, follow, send } from "./api.js";

const DONE = { pay: "Paid.", ship: "Shipped.", cancel: "Cancelled.", archive: "Archived.", unarchive: "Shown again." };

const nothing = { said: "", failed: false, curl: "", customer: null };

export const orders = () => ({
  status: "",
  email: "",
  archived: false,
  rows: [],
  next: null,
  previous: null,
  curl: "",
  said: "Loading…",
  failed: false,
  loading: false,
  newest: 0,
  init() {
    this.first();
    for (const filter of ["status", "email", "archived"]) this.$watch(filter, () => this.first());
  },
  first() {
    const query = { status: this.status, email: this.email.trim(), archived: this.archived ? "all" : "", page_size: 10 };
    return this.show(call("GET", "orders/", { query }));
  },
  page(link) {
    return this.show(follow(link));
  },
  async show(request) {
    const asked = ++this.newest;
    [this.curl, this.loading] = [request.curl, true];
    const answer = await send(request).catch((error) => error);
    // Responses can arrive out of order; ignore all but the newest request's.
    if (asked !== this.newest) return;
    this.loading = false;
    this.failed = answer instanceof Error;
    if (this.failed) return this.complain(this, answer);
    const { results, next, previous } = answer.data;
    this.rows = results.map((order) => this.rowOf(order));
    [this.next, this.previous, this.said] = [next, previous, answer.cost];
  },
  /** Reuse the row that already shows the order, with its message, or create one. */
  rowOf(order) {
    const row = this.rows.find((row) => row.order.id === order.id) ?? { order, busy: false, ...nothing };
    // The list may have been requested before the order moved.
    if (order.updated_at > row.order.updated_at) row.order = order;
    return row;
  },
  get filtered() {
    return this.status !== "" || this.email.trim() !== "";
  },
  /** Offer every move for every order: the API decides which are allowed. */
  moves(order) {
    return ["pay", "ship", "cancel", order.archived_at ? "unarchive" : "archive"];
  },
  async move(row, name) {
    const { id } = row.order;
    await this.ask(row, call("POST", `orders/${id}/${name}/`), ({ data, cost }) => {
      row.order = data;
      row.said = `${DONE[name]} ${cost}`;
      this.$dispatch("order-moved");
    });
  },
  async open(row) {
    if (row.customer) return Object.assign(row, nothing);
    await this.ask(row, call("GET", `customers/${row.order.customer}/`), ({ data, cost }) => {
      row.customer = data;
      row.said = cost;
    });
  },
  /** Send a request about a row and show the result there. One at a time, so that a second click does not pay twice. */
  async ask(row, request, done) {
    if (row.busy) return;
    Object.assign(row, nothing, { busy: true, curl: request.curl });
    try {
      done(await send(request));
    } catch (error) {
      row.failed = true;
      // A refusal contains the order's current status, which may have changed since it was listed.
      if (error.problem?.order_status) row.order.status = error.problem.order_status;
      this.complain(row, error);
    } finally {
      row.busy = false;
    }
  },
  complain(place, error) {
    if (!(error instanceof ApiError)) throw error;
    place.said = error.message;
  },
});
