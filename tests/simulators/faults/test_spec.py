"""What `--faults` may say."""

from __future__ import annotations

import pytest

from simulators.faults import FAULTS, FaultsError, parse


@pytest.mark.parametrize(
    ("spec", "rates"),
    [
        ("none", {}),
        ("", {}),
        ("drop", {"drop": 0.01}),
        ("drop=0.5", {"drop": 0.5}),
        ("duplicate=0.02, drop=0.01", {"drop": 0.01, "duplicate": 0.02}),
        ("drop=0.5,drop=0", {}),
        ("all", {name: fault.rate for name, fault in FAULTS.items()}),
        (
            "all,outage=0,delay=1",
            {name: fault.rate for name, fault in FAULTS.items() if name != "outage"} | {"delay": 1.0},
        ),
        ("usual", {name: fault.usual for name, fault in FAULTS.items() if fault.usual}),
    ],
)
def test_a_specification_is_a_rate_for_each_fault_named(spec: str, rates: dict[str, float]) -> None:
    assert parse(spec) == rates


def test_faults_strike_in_one_order_however_they_are_named() -> None:
    assert list(parse("garbled,stuck,drop")) == ["stuck", "drop", "garbled"]


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("dorp", "did you mean 'drop'"),
        ("everything", "there are stuck, artefact"),
        ("drop=2", "from 0 to 1 (of records), like drop=0.01"),
        ("drop=-1", "from 0 to 1"),
        ("outage=61", "from 0 to 60 (an hour)"),
        ("drop=often", "drop=often"),
        ("drop=nan", "drop=nan"),
        ("drop=", "from 0 to 1"),
    ],
)
def test_a_wrong_specification_is_told_with_what_could_be_written(spec: str, says: str) -> None:
    with pytest.raises(FaultsError) as fault:
        parse(spec)
    assert says in str(fault.value)
