"""What a browser has to do for the unit view of a whole ward: how long its script holds it up.

Nothing where there is no Chromium.
"""

from __future__ import annotations

import shutil

WATCH = """seconds => new Promise(done => {
  const held = [];
  new PerformanceObserver(list => held.push(...list.getEntries().map(one => one.duration))).observe({type: 'longtask'});
  const frames = [];
  let last = performance.now();
  const frame = now => { frames.push(now - last); last = now; requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
  setTimeout(() => done([held.length, held.reduce((sum, one) => sum + one, 0), Math.max(0, ...held),
    frames.sort((a, b) => a - b)[Math.floor(frames.length * 0.99)], document.querySelectorAll('#rows .row').length]), seconds * 1000);
})"""


def watched(url: str, seconds: float) -> str | None:
    """One line: tasks longer than 50 ms, and how long a frame waits."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    if program is None:
        return None
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(url)
        page.wait_for_selector("body.alive")
        page.wait_for_timeout(2000)
        number, total, longest, frame, rows = page.evaluate(WATCH, seconds)
        browser.close()
    busy = (
        f"{number} tasks above 50 ms in {seconds:.0f} s ({total / seconds / 10:.1f} % of the time), "
        f"longest {longest:.0f} ms"
    )
    return f"{rows} rows: {busy}; 99 % of frames within {frame:.0f} ms"
