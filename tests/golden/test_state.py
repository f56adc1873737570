"""A patient's state that an earlier version wrote is read, and the worker goes on as if without a restart."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.golden import state
from tests.golden.stored import difference

FILES = sorted(state.FOLDER.iterdir())


def test_there_is_a_state_record() -> None:
    assert FILES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_worker_goes_on_from_a_stored_state_as_if_it_had_never_stopped(path: Path) -> None:
    stored = state.read(path)
    uncut = state.uncut(stored)
    assert sum("\tevidence=" in line for line in uncut) > 15
    found = difference(uncut, state.resumed(stored))
    if found is not None:
        pytest.fail(f"{path.name}: {found}", pytrace=False)
