"""A ward on a broker of its own, and a browser (tests/browser.py) that looks at its board."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from rules.wire.instants import HOUR
from simulators.scenarios import worked
from streams.board.access.users import hashed
from streams.dev_broker import embedded
from streams.errors import UsageError
from tests.browser import missing
from tests.patience import PATIENCE_S
from tests.streams.board.browser.pages import Beats, Installation, moved

SCRIPT = "<script>document.title='broken'</script>"
WELL, ILL = "b-well", "a-ill"


@pytest.fixture(scope="package")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A ward on the wall's clock: one patient on the second day of the worked course, one well, one with an
    odd name; vital signs each second.
    """
    try:
        embedded.binary()
    except UsageError as fault:
        missing(str(fault))
    now = time.time_ns() // 1_000_000
    with ExitStack() as stack:
        made = stack.enter_context(Installation(tmp_path_factory.mktemp("house")))
        course = worked.events(start=worked.START)
        origin = round(worked.START.timestamp() * 1000)
        for patient, hours in ((ILL, 38.0), (WELL, 9.0), (SCRIPT, 20.0)):
            made.send(moved(course, patient, now - round(hours * HOUR) - origin, now))
        made.worker()
        made.pager()
        made.beats = stack.enter_context(Beats(made, [WELL]))
        made.users = users(made.folder)
        yield made


def users(folder: Path) -> Path:
    """A configuration with a login: a nurse who acts, a visitor who sees. Password: `a long password`."""
    kept = hashed("a long password")
    (folder / "users.toml").write_text(
        f'[users.nurse]\nname = "R. Nurse"\npassword = "{kept}"\nroles = '
        f'["act"]\n[users.visitor]\npassword = "{kept}"\nroles = ["see"]\n'
    )
    path = folder / "site.toml"
    path.write_text(f'[board]\nsite = "4 West"\nusers-file = "{folder / "users.toml"}"\n')
    return path


@pytest.fixture(scope="package")
def board(installation: Installation) -> str:
    """A board that anybody on this machine may use."""
    return installation.board()


@pytest.fixture
def look(chromium: Any) -> Iterator[Callable[..., Any]]:
    """`look(url)`: a page of a browser of its own, once it is live.

    Whatever goes wrong in it fails the test.
    """
    faults: list[str] = []
    with ExitStack() as stack:

        def open_page(url: str, live: bool = True, **options: Any) -> Any:
            context = chromium.new_context(**({"viewport": {"width": 1440, "height": 900}} | options))
            context.set_default_timeout(PATIENCE_S * 1000)
            stack.callback(context.close)
            page = context.new_page()
            page.on("pageerror", lambda fault: faults.append(str(fault)))
            page.on(
                "console",
                lambda message: (
                    faults.append(message.text) if "Content Security Policy" in message.text else None
                ),
            )
            page.goto(url)
            if live:
                page.wait_for_selector("body.alive")
            return page

        yield open_page
    assert faults == []
