"""End-to-end tests of the console, in a browser, against `manage.py run` on SQLite."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.support.browsing import ask, faults

API = "/api/v1/"
SMALL = {"customers": 12, "orders_per_customer": 3, "items_per_order": 2, "seed": 7}


@pytest.fixture
def console(page: Page, server: str) -> Page:
    """The console of a tenant with 12 customers, who have 3 orders of 2 items each."""
    ask(f"{server}{API}devtools/reset/", "POST")
    ask(f"{server}{API}devtools/seed/", "POST", SMALL)
    page.goto("/")
    expect(rows(page)).to_have_count(10)
    return page


def rows(page: Page) -> Locator:
    return page.locator("#orders tbody")


def order_in(status: str, page: Page, server: str) -> Locator:
    """Return the table row of the newest order in a status."""
    (order,) = ask(f"{server}{API}orders/?status={status}&page_size=1")["results"]
    page.get_by_role("radio", name=status.title()).check()
    row = rows(page).filter(has=page.locator(".id", has_text=re.compile(f"^{order['id']}$")))
    expect(row).to_have_count(1)
    return row


def test_orders_appear_when_they_are_seeded(console, server):
    ask(f"{server}{API}devtools/reset/", "POST")
    console.reload()
    expect(console.get_by_text("No orders yet.")).to_be_visible()

    console.get_by_role("button", name="Seed").click()

    expect(console.locator("#data .said").first).to_have_text(
        re.compile(r"^Written: 20 customers, 100 orders, 300 items, in [\d.]+ s\.$")
    )
    expect(rows(console)).to_have_count(10)
    expect(console.locator(".totals dd")).to_have_text(["20", "100", "300"])
    expect(console.locator(".facts")).to_contain_text("tenant demo 20 customers, 100 orders, 300 items")


def test_seeding_in_parts_shows_progress_and_can_be_stopped(console):
    """100 customers of 26 rows take three requests; the second is held until the progress has been read."""
    held: list[Route] = []
    sent: list[dict[str, int]] = []

    def hold_second(route: Route) -> None:
        sent.append(route.request.post_data_json)
        if len(sent) == 2:
            held.append(route)
        else:
            route.continue_()

    console.route("**/devtools/seed/", hold_second)
    for label, number in (("Customers", 100), ("Orders per customer", 5), ("Items per order", 4)):
        console.get_by_label(label, exact=True).fill(str(number))

    console.get_by_role("button", name="Seed").click()
    expect(console.get_by_role("progressbar")).to_have_attribute("value", "38")
    console.get_by_role("button", name="Stop").click()
    held[0].continue_()

    expect(console.locator("#data .said").first).to_contain_text("Stopped after 76 customers, 380 orders, 1,520 items")
    expect(console.get_by_role("progressbar")).to_be_hidden()
    assert [(body["customers"], body["seed"]) for body in sent] == [(38, 42), (38, 43)]
    assert console.locator("#data code").inner_text().count("curl -X POST") == 3


def test_reset_asks_for_confirmation(console):
    console.get_by_role("button", name="Reset…").click()
    dialog = console.get_by_role("dialog", name="Delete everything of demo?")
    expect(dialog).to_contain_text("All 12 customers, 36 orders and 72 items")
    dialog.get_by_role("button", name="Keep them").click()
    expect(dialog).to_be_hidden()
    expect(rows(console)).to_have_count(10)

    console.get_by_role("button", name="Reset…").click()
    dialog.get_by_role("button", name="Delete all").click()

    said = console.locator("#data .said").first
    expect(said).to_contain_text("Deleted: 12 customers, 36 orders, 72 items; 6 statements")
    expect(console.get_by_text("No orders yet.")).to_be_visible()
    expect(console.get_by_text("No revenue yet.")).to_be_visible()


def test_orders_are_filtered_while_typing(console, server):
    (newest,) = ask(f"{server}{API}orders/?status=paid&page_size=1")["results"]
    email = newest["customer_email"]
    expected = ask(f"{server}{API}orders/?status=paid&email={email}")["results"]

    console.get_by_role("radio", name="Paid").check()
    console.get_by_label("E-mail contains").press_sequentially(email)

    expect(rows(console)).to_have_count(len(expected))
    expect(rows(console).locator(".id")).to_have_text([str(order["id"]) for order in expected])
    console.get_by_label("E-mail contains").fill("nobody-has-this")
    expect(console.get_by_text("No order matches.")).to_be_visible()


def test_orders_have_pages(console, server):
    pages = [ask(f"{server}{API}orders/?page_size=10")]
    pages.append(ask(pages[0]["next"]))
    first, second = ([str(order["id"]) for order in page["results"]] for page in pages)
    expect(console.get_by_role("button", name="Previous")).to_be_disabled()

    console.get_by_role("button", name="Next").click()
    expect(rows(console).locator(".id")).to_have_text(second)
    console.get_by_role("button", name="Previous").click()

    expect(rows(console).locator(".id")).to_have_text(first)


def test_late_response_does_not_replace_a_newer_one(console):
    held: list[Route] = []
    console.route("**/orders/?status=draft*", lambda route: held.append(route))
    with console.expect_request("**/orders/?status=draft*"):
        console.get_by_role("radio", name="Draft").check()
    console.get_by_role("radio", name="Shipped").check()
    expect(rows(console).first.locator(".badge").first).to_have_text("shipped")
    shown = rows(console).locator(".id").all_inner_texts()

    with console.expect_response("**/orders/?status=draft*") as late:
        held[0].continue_()
    late.value.finished()
    console.evaluate("() => new Promise(done => setTimeout(done))")  # lets the page process the late response

    assert rows(console).locator(".id").all_inner_texts() == shown


def test_order_moves_show_their_statements(console, server):
    row = order_in("draft", console, server)

    for move, status, said in (("pay", "paid", "Paid."), ("ship", "shipped", "Shipped.")):
        row.get_by_role("button", name=move).click()
        expect(row.get_by_role("status")).to_have_text(re.compile(rf"^{re.escape(said)} 4 statements, [\d.]+ ms"))
        expect(row.locator(".badge").first).to_have_text(status)
    row.get_by_role("button", name="archive").click()

    expect(row.locator(".badge")).to_have_text(["shipped", "archived"])
    expect(row.get_by_role("button", name="unarchive")).to_be_visible()


def test_cancel_changes_the_row_and_keeps_the_customer(console, server):
    row = order_in("paid", console, server)
    email = row.locator(".email").inner_text()

    row.get_by_role("button", name="cancel").click()
    expect(row.locator(".badge").first).to_have_text("cancelled")
    row.get_by_role("button", name=email).click()

    expect(row.locator(".customer dd").nth(2)).to_have_text(email)
    assert ask(f"{server}{API}customers/?email={email}")["results"][0]["email"] == email


def test_refused_move_is_shown_in_the_row_with_its_reason(console, server):
    row = order_in("draft", console, server)
    order = row.locator(".id").inner_text()
    ask(f"{server}{API}orders/{order}/cancel/", "POST")

    row.get_by_role("button", name="ship").click()

    expect(row.get_by_role("status")).to_have_text(re.compile("^409: .*allowed: no move"))
    expect(row.locator(".badge").first).to_have_text("cancelled")


def test_displayed_curl_command_works(console):
    line = console.locator("#orders > .curl")

    line.get_by_role("button", name="Copy").click()
    expect(line.get_by_role("button")).to_have_text("Copied")

    copied = console.evaluate("navigator.clipboard.readText()")
    done = subprocess.run(["bash", "-c", f"{copied} -s"], capture_output=True, text=True, check=True)
    assert copied == line.locator("code").inner_text()
    assert [str(order["id"]) for order in json.loads(done.stdout)["results"]] == (
        rows(console).locator(".id").all_inner_texts()
    )


def test_summary_has_a_bar_per_customer_and_shows_its_statements(console, server):
    top = ask(f"{server}{API}reporting/summary/?limit=5")["rows"]
    report = console.get_by_role("article", name="Top customers")

    report.get_by_label("Rows").select_option("5")

    expect(report.locator("rect")).to_have_count(len(top))
    widths = [float(bar.get_attribute("width") or 0) for bar in report.locator("rect").all()]
    assert widths == pytest.approx([100 * row["total_cents"] / top[0]["total_cents"] for row in top])
    expect(report.get_by_role("rowheader")).to_have_text([row["email"] for row in top])
    expect(report.locator(".said")).to_have_text(re.compile(r"^1 statement, [\d.]+ ms \(database [\d.]+ ms\)$"))


def test_sales_chart_can_be_read_by_keyboard(console):
    report = console.get_by_role("article", name="Sales by")
    day = report.get_by_role("slider", name="Point of the line")
    expect(report.locator(".line")).to_have_attribute("d", re.compile(r"^M0\.00 [^L]+(L[^L]+){180}$"))

    day.focus()
    console.keyboard.press("Home")
    expect(report.locator(".reading")).to_have_text(re.compile("^1 Jan 2026: "))
    console.keyboard.press("ArrowRight")

    expect(report.locator(".reading")).to_have_text(re.compile("^2 Jan 2026: "))
    expect(day).to_have_attribute("aria-valuetext", report.locator(".reading").inner_text())
    report.get_by_label("By").select_option("month")
    expect(report.get_by_role("heading")).to_have_text("Sales by month")
    expect(report.locator(".line")).to_have_attribute("d", re.compile(r"^M0\.00 [^L]+(L[^L]+){5}$"))


def test_invalid_input_is_explained(console):
    report = console.get_by_role("article", name="Sales by day")

    report.get_by_label("To").fill("2025-12-31")

    expect(report.locator(".said")).to_have_text(re.compile("^400: .* to: Lies before `from`\\.$"))


def test_page_survives_an_unreachable_server(console):
    gone = console.get_by_text("The server does not respond. The page retries")
    expect(gone).to_be_hidden()
    console.route("**/*", lambda route: route.abort("connectionrefused"))
    console.get_by_role("radio", name="Draft").check()
    expect(console.locator("#orders .said")).to_have_text("The server does not respond.")
    expect(gone).to_be_visible()

    console.unroute("**/*")

    expect(gone).to_be_hidden()
    expect(console.locator("#orders .said")).to_have_text(re.compile("^2 statements"))
    expect(rows(console).first.locator(".badge").first).to_have_text("draft")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_has_no_serious_accessibility_violation(console, server, scheme):
    console.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    row = order_in("shipped", console, server)
    row.get_by_role("button", name="pay").click()
    expect(row.get_by_role("status")).to_have_text(re.compile("^409: "))
    rows(console).nth(1).locator(".email button").click()
    expect(console.locator(".customer")).to_be_visible()

    assert faults(console) == []

    console.get_by_role("button", name="Reset…").click()
    assert faults(console) == []


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_page_has_no_horizontal_overflow(console, server, width):
    console.set_viewport_size({"width": width, "height": 800})
    order_in("shipped", console, server).get_by_role("button", name="pay").click()
    expect(console.locator(".note.open")).to_have_count(1)

    assert console.evaluate("document.documentElement.scrollWidth") == width
