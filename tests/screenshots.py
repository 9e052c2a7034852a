"""Pictures of pages, light and dark: `python -m tests.screenshots name=address …` writes them to docs/screenshots/."""

from __future__ import annotations

import base64
import sys
import tempfile
from collections.abc import Sequence

from playwright.sync_api import Browser, sync_playwright

from tests.browsing import OPTIONS
from tests.plugin import find_chromium, left_out
from tests.serving import ROOT, development, serving

FOLDER = ROOT / "docs/screenshots"
WIDTH = 1280
QUALITY = 80


def main(pages: Sequence[str]) -> None:
    if find_chromium() is None:
        sys.exit(left_out()[-1])
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=OPTIONS)
        with serving(development({"DATABASE_URL": f"sqlite:///{folder}/db.sqlite3"})) as server:
            for name, address in (page.split("=", 1) for page in pages):
                for scheme in ("light", "dark"):
                    picture = photograph(browser, server + address, scheme, WIDTH)
                    (FOLDER / f"{name}-{scheme}.webp").write_bytes(picture)


def photograph(browser: Browser, address: str, scheme: str, width: int) -> bytes:
    """The whole page as WebP, which Playwright itself does not write."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(address, wait_until="networkidle")
    shot = context.new_cdp_session(page).send(
        "Page.captureScreenshot", {"format": "webp", "quality": QUALITY, "captureBeyondViewport": True}
    )
    context.close()
    return base64.b64decode(shot["data"])


if __name__ == "__main__":
    main(sys.argv[1:])
