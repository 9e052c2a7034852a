import { data } from "./data.js";
import { date, money, number, tick } from "./format.js";
import { orders } from "./orders.js";
import { sales, summary } from "./reports.js";
import Alpine from "./vendor/alpine-csp-3.17.4.esm.min.js";

/** A line to copy. Over plain HTTP browsers provide a clipboard only to pages of localhost. */
const curl = () => ({
  said: "Copy",
  able: Boolean(navigator.clipboard),
  async copy(line) {
    await navigator.clipboard.writeText(line);
    this.said = "Copied";
    setTimeout(() => (this.said = "Copy"), 1500);
  },
});

Alpine.store("totals", { customers: null, orders: null, items: null });
for (const [name, format] of Object.entries({ date, money, number, tick })) Alpine.magic(name, () => format);
for (const component of [curl, data, orders, sales, summary]) Alpine.data(component.name, component);
Alpine.start();
