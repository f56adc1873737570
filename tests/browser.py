"""A browser: Debian's Chromium, driven by Playwright.

Where it cannot be had the tests are skipped and say why; under `CI=true` they fail.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.patience import PATIENCE_S


def missing(why: str) -> None:
    """Skips, or fails under `CI=true`."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI=true, and {why}", pytrace=False)
    pytest.skip(why)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser.

    Gone after each module: while it is there, its loop is the thread's, and no other test could run one.
    """
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))),
        None,
    )
    if found is None:
        missing("there is no Chromium: apt-get install chromium")
    try:
        from playwright.sync_api import expect, sync_playwright
    except ImportError:
        missing("there is no playwright: pip install 'il2watch[dev]'")
    # Playwright's own 5 s are too few where ten things start at once.
    expect.set_options(timeout=PATIENCE_S * 1000)
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


def excess(chromium: Any, page: Path, width: int) -> float:
    """Return by how much a file's page is wider than the screen."""
    tab = chromium.new_page(viewport={"width": width, "height": 900})
    tab.goto(page.as_uri())
    wide: float = tab.evaluate("document.documentElement.scrollWidth")
    tab.close()
    return wide - width
