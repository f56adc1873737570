"""What `make bench` measures is what it says: whole, well-formed courses; and the state's limits hold for
short ids.
"""

from __future__ import annotations

from collections import Counter

import pytest

from rules.decide.codec import encode
from rules.decide.engine import fold
from rules.guideline import SCHWARTZENTRUBER_2001
from rules.guideline.packs.applied import with_packs
from rules.guideline.packs.declarations import Pack
from rules.guideline.packs.registry import PACKS
from rules.ingest.decode import decode
from tests.bench import wards
from tests.bench.records import Naming, short_ids, uuids


@pytest.mark.parametrize("naming", [short_ids(), uuids(1)], ids=["short", "uuid4"])
def test_every_record_of_the_week_is_taken_and_has_an_id_of_its_own(naming: Naming) -> None:
    taken = [decode(line) for line in wards.week(60, naming)]
    assert [problems for _, problems in taken if problems] == []
    ids = Counter(event.id for event, _ in taken if event is not None)
    assert set(ids.values()) == {1}
    assert ids.total() > 600


def test_the_ward_under_monitors_writes_vitals_each_minute_and_all_else() -> None:
    kinds = Counter(decode(line)[0].__class__.__name__ for _, line in wards.monitored_patient(0))
    assert kinds["Vitals"] > 60 * wards.HOURS
    assert set(kinds) == {"Vitals", "Labs", "IO", "Dose", "Infusion", "Medication", "Finding", "Encounter"}


@pytest.mark.slow
@pytest.mark.parametrize(("minutes", "limit"), [(60, 12_000), (1, 40_000)])
def test_after_a_week_the_state_of_a_patient_stays_small(minutes: int, limit: int) -> None:
    """The state is bounded: ids for duplicates, corrections and evidence included."""
    events = [event for line in wards.week(minutes, short_ids()) if (event := decode(line)[0]) is not None]
    assert len(encode(fold(events, SCHWARTZENTRUBER_2001).patients["p"])) <= limit


@pytest.mark.slow
def test_each_pack_beside_adds_a_fifth_of_the_state_at_most() -> None:
    events = [event for line in wards.week(60, short_ids()) if (event := decode(line)[0]) is not None]
    decides, *others = PACKS.values()

    def size(*overlays: Pack) -> int:
        guideline = with_packs(SCHWARTZENTRUBER_2001, decides, overlays)
        return len(encode(fold(events, guideline).patients["p"]))

    alone = size()
    assert {one.key: size(one) - alone <= alone // 5 for one in others} == {one.key: True for one in others}
