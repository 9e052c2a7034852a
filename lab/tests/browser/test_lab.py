"""The lab's pages in a browser, on a server that `manage.py run` started."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from lab.core.loader import all_faults
from tests.support.browsing import faults


def test_home_page_leads_to_a_fault_before_and_after(page):
    page.goto("/")
    card = page.locator("#lab li").filter(has_text="n1-summary")
    expect(page.locator("#lab li")).to_have_count(len(all_faults()))
    expect(card).to_contain_text("401→ before, 1 after: statements")

    card.get_by_role("link").click()

    expect(page).to_have_url(re.compile("/lab/n1-summary/$"))
    bars = page.get_by_role("img", name="statements at n = 100: 401 before, 1 after")
    wide, narrow = (float(bars.locator(f"rect.{state}").get_attribute("width") or 0) for state in ("on", "off"))
    assert (wide, narrow) == (320, pytest.approx(320 / 401, abs=0.1))
    expect(page.get_by_role("img", name="statements as n grows: linear before, constant after")).to_be_visible()
    expect(page.get_by_role("row", name="100 401 1")).to_be_visible()


def test_answer_opens_by_keyboard(page):
    page.goto("/lab/n1-summary/")
    diff = page.get_by_role("region", name="From the right code to the buggy one")
    expect(diff).to_be_hidden()

    page.get_by_text("What is wrong, and the code").focus()
    page.keyboard.press("Enter")

    expect(diff).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ["/lab/", "/lab/n1-summary/"])
def test_a_page_of_the_lab_has_no_serious_accessibility_fault(page, address, scheme):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(address)
    page.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")

    assert faults(page) == []


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("address", ["/lab/", "/lab/n1-summary/"])
def test_a_page_of_the_lab_fits(page, address, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address)

    assert page.evaluate("document.documentElement.scrollWidth") == width
