import { ApiError, call, send } from "./api.js";
import { count } from "./format.js";

const PART_ROWS = 1000; // a request of a fraction of a second, so that something moves
const PARTS = 40; // more would be many lines to read

const rows = ({ customers, orders, items }) =>
  [count(customers, "customer"), count(orders, "order"), count(items, "item")].join(", ");

/** Build the requests that write the sample data, to be sent in sequence, each with a seed number of its own. */
export function parts(size, maxRows) {
  const { customers, orders_per_customer: orders, items_per_order: items, seed } = size;
  const each = 1 + orders * (1 + items);
  const wanted = Math.max(PART_ROWS, (customers * each) / PARTS);
  const step = Math.max(1, Math.floor(Math.min(maxRows, wanted) / each));
  const starts = Array.from({ length: Math.max(1, Math.ceil(customers / step)) }, (_, part) => part * step);
  return starts.map((start, part) => {
    const body = { ...size, customers: Math.min(step, customers - start), seed: seed + part };
    return { ...call("POST", "devtools/seed/", { body }), customers: body.customers };
  });
}

/** Write the sample data in parts, count it and delete it. */
export const data = () => ({
  busy: false,
  stopping: false,
  done: 0,
  wanted: 0,
  said: "",
  failed: false,
  lines: "",
  uncounted: "",
  init() {
    this.plan();
    this.count();
  },
  /** The requests for the form's numbers; none while a number is missing or out of bounds. */
  plan() {
    const requests = this.$refs.form.checkValidity() ? parts(this.size(), Number(this.$root.dataset.maxRows)) : [];
    this.lines = requests.map((request) => request.curl).join("\n");
    return requests;
  },
  size() {
    const given = [...new FormData(this.$refs.form)].filter(([, value]) => value !== "");
    return Object.fromEntries(given.map(([name, value]) => [name, Number(value)]));
  },
  get percent() {
    return this.wanted ? Math.round((100 * this.done) / this.wanted) : 0;
  },
  async seed() {
    const written = { customers: 0, orders: 0, items: 0 };
    await this.work(async () => {
      const requests = this.plan();
      [this.done, this.wanted, this.stopping] = [0, this.size().customers, false];
      const started = performance.now();
      for (const request of requests) {
        if (this.stopping) break;
        const { data } = await send(request).catch((error) => {
          error.message += ` Written until then: ${rows(written)}.`;
          throw error;
        });
        for (const name of Object.keys(written)) written[name] += data[name];
        this.done += request.customers;
        this.said = `Writing: ${rows(written)}`;
      }
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      this.said = `${this.stopping ? "Stopped after" : "Written:"} ${rows(written)}, in ${seconds} s.`;
    });
    this.wanted = 0;
  },
  async reset() {
    this.$refs.confirm.close();
    const request = call("POST", "devtools/reset/");
    this.lines = request.curl;
    await this.work(async () => {
      const { data, cost } = await send(request);
      this.said = `Deleted: ${rows(data)}; ${cost}.`;
    });
  },
  /** Run `change` unless one is running. Dispatch `data-changed` afterwards, even if it failed. */
  async work(change) {
    if (this.busy) return;
    [this.busy, this.failed, this.said] = [true, false, "Writing…"];
    try {
      await change();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      [this.failed, this.said] = [true, error.message];
    } finally {
      this.busy = false;
      this.$dispatch("data-changed");
    }
  },
  async count() {
    this.uncounted = "";
    const query = { count: true, page_size: 1 };
    const paths = { customers: query, orders: { ...query, archived: "all" }, items: query };
    await Promise.all(
      Object.entries(paths).map(async ([name, query]) => {
        const { data } = await send(call("GET", `${name}/`, { query }));
        this.$store.totals[name] = data.count;
      }),
    ).catch((error) => {
      if (!(error instanceof ApiError)) throw error;
      this.uncounted = error.message;
    });
  },
});
