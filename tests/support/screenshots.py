"""Write pictures of pages, light and dark, to docs/screenshots/; see `make screenshots`."""

from __future__ import annotations

import base64
import sys
import tempfile
from collections.abc import Sequence
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from harness.machine import find_chromium
from tests.support.browsing import OPTIONS
from tests.support.serving import ROOT, development, serving

FOLDER = ROOT / "docs/screenshots"
WINDOW = {"width": 1280, "height": 1000}
QUALITY = 80


def main(pages: Sequence[str]) -> None:
    if find_chromium() is None:
        sys.exit("This needs Chromium (Debian: apt install chromium).")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=OPTIONS)
        with serving(development({"DATABASE_URL": f"sqlite:///{folder}/db.sqlite3"})) as server:
            for name, address in (page.split("=", 1) for page in pages):
                for scheme in ("light", "dark"):
                    picture = photograph(browser, server + address, scheme)
                    (FOLDER / f"{name}-{scheme}.webp").write_bytes(picture)


def photograph(browser: Browser, address: str, scheme: str) -> bytes:
    """Return the viewport at the URL and its #fragment as WebP, which Playwright itself cannot write."""
    context = browser.new_context(color_scheme=scheme, viewport=WINDOW)
    page = context.new_page()
    page.goto(address, wait_until="networkidle")
    page.reload(wait_until="networkidle")  # The first responses of a server are slow.
    if place := urlsplit(address).fragment:
        page.locator(f"#{place}").evaluate("place => place.scrollIntoView()")
    shot = context.new_cdp_session(page).send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    context.close()
    return base64.b64decode(shot["data"])


if __name__ == "__main__":
    main(sys.argv[1:])
