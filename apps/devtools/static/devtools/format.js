const decimals = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const whole = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { notation: "compact" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const tickDay = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

export const money = (cents) => decimals.format(cents / 100);
export const roundMoney = (cents) => short.format(cents / 100);
export const number = (value) => whole.format(value);
export const count = (value, noun) => `${number(value)} ${noun}${value === 1 ? "" : "s"}`;
export const date = (text) => day.format(new Date(text));
export const tick = (text) => tickDay.format(new Date(text));
