import { ApiError, call, send } from "./api.js";
import { count, date, money, roundMoney } from "./format.js";

/** Shared by both reports: request the rows, and keep them with their cost in words, or the error. */
const report = (path) => ({
  rows: [],
  curl: "",
  said: "Loading…",
  failed: false,
  loading: false,
  newest: 0,
  init() {
    this.load();
  },
  async load() {
    const asked = ++this.newest;
    const request = call("GET", path, { query: this.query() });
    [this.curl, this.loading] = [request.curl, true];
    const answer = await send(request).catch((error) => error);
    // Responses can arrive out of order; ignore all but the newest request's.
    if (asked !== this.newest) return;
    if (answer instanceof Error && !(answer instanceof ApiError)) throw answer;
    this.loading = false;
    this.failed = answer instanceof ApiError;
    this.said = this.failed ? answer.message : answer.cost;
    this.rows = this.failed ? [] : answer.data.rows;
    this.drawn?.();
  },
  get highest() {
    return Math.max(1, ...this.rows.map((row) => row.total_cents));
  },
  get empty() {
    return !this.loading && !this.failed && this.rows.every((row) => row.total_cents === 0);
  },
});

/** Top customers: one bar each, whose length is the revenue relative to the highest. */
export const summary = () =>
  extend(report("reporting/summary/"), {
    limit: "10",
    query() {
      return { limit: this.limit };
    },
    share(row) {
      return (100 * row.total_cents) / this.highest;
    },
  });

/** Sales per period: a line in a box of 100 by 100, which the page stretches. The numbers are HTML, not part of it. */
export const sales = () =>
  extend(report("reporting/sales/"), {
    by: "day",
    from: "",
    to: "",
    at: 0,
    query() {
      return { by: this.by, from: this.from, to: this.to };
    },
    init() {
      [this.from, this.to] = [this.$root.dataset.from, this.$root.dataset.to];
      this.load();
    },
    drawn() {
      // Start at the highest point, where people look first.
      this.at = Math.max(0, this.rows.findIndex((row) => row.total_cents === this.highest));
    },
    get top() {
      // The smallest number above the highest value whose quarters are round.
      const power = 10 ** Math.floor(Math.log10(this.highest));
      return [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10].find((step) => step * power >= this.highest) * power;
    },
    get scale() {
      return [4, 3, 2, 1, 0].map((part) => roundMoney((this.top * part) / 4));
    },
    x(index) {
      return this.rows.length > 1 ? (100 * index) / (this.rows.length - 1) : 50;
    },
    y(cents) {
      return 100 - (100 * cents) / this.top;
    },
    get line() {
      const points = this.rows.map((row, index) => `${this.x(index).toFixed(2)} ${this.y(row.total_cents).toFixed(2)}`);
      return points.length ? `M${points.join("L")}` : "";
    },
    get area() {
      return this.rows.length ? `${this.line}L${this.x(this.rows.length - 1)} 100L${this.x(0)} 100Z` : "";
    },
    get ticks() {
      const last = this.rows.length - 1;
      const places = last < 1 ? [0] : [0, 1, 2, 3].map((part) => Math.round((last * part) / 3));
      return [...new Set(places)].filter((place) => this.rows[place]).map((place) => this.rows[place].period);
    },
    get here() {
      return this.rows[this.at] ?? { period: this.from, order_count: 0, total_cents: 0 };
    },
    get reading() {
      return `${date(this.here.period)}: ${money(this.here.total_cents)}, ${count(this.here.order_count, "order")}`;
    },
    get total() {
      return this.rows.reduce((sum, row) => sum + row.total_cents, 0);
    },
    get paid() {
      return this.rows.reduce((sum, row) => sum + row.order_count, 0);
    },
    point(event) {
      const box = event.currentTarget.getBoundingClientRect();
      const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
      this.at = Math.round(share * (this.rows.length - 1));
    },
  });

/** Like Object.assign, but keeps getters. */
function extend(base, more) {
  return Object.defineProperties(base, Object.getOwnPropertyDescriptors(more));
}
