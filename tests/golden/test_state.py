"""A patient's state that an earlier version wrote is read, and the worker goes on as if without a restart."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.decide import codec
from rules.decide.codec import UnknownState
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from streams.kafka.state_record import UnknownStateRecord, unpack
from tests.golden import state
from tests.golden.stored import difference

FILES = sorted(state.FOLDER.glob("*.state-v[23].msgpack"))
EDITION_1 = sorted(state.FOLDER.glob("*.state-v1.msgpack"))


def test_there_is_a_state_record() -> None:
    assert FILES
    assert EDITION_1


@pytest.mark.parametrize("path", EDITION_1, ids=lambda path: path.name)
def test_state_of_edition_1_is_refused_with_one_sentence(path: Path) -> None:
    """What it decided by is another guideline: it is made anew from the input topics."""
    with pytest.raises((UnknownState, UnknownStateRecord), match="--rebuild"):
        codec.decode(unpack(path.read_bytes()).state, GUIDELINE)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_worker_goes_on_from_a_stored_state_as_if_it_had_never_stopped(path: Path) -> None:
    stored = state.read(path)
    uncut = state.uncut(stored)
    assert sum("\tevidence=" in line for line in uncut) > 15
    found = difference(uncut, state.resumed(stored))
    if found is not None:
        pytest.fail(f"{path.name}: {found}", pytrace=False)
