"""Each page of docs/howto that adds something is followed word for word in a copy of the repository."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from streams.cli.packs import page_of
from tests.docs.followed import follow

MODULES = ["rules/evaluate/rows/baseline_multiple.py", "rules/explain/rows/baseline_multiple.py"]

pytestmark = pytest.mark.slow


def test_a_fault(tmp_path: Path) -> None:
    done = follow("add-a-fault.md", tmp_path)
    done.lint()
    assert done.touched == [
        "simulators/faults/no_decimals.py",
        "simulators/faults/registry.py",
        "tests/simulators/faults/test_no_decimals.py",
    ]
    assert "no-decimals" in done.typed["il2watch faults --list"]


def test_a_channel(tmp_path: Path) -> None:
    done = follow("add-a-channel.md", tmp_path)
    done.lint()
    assert done.touched == [
        "streams/channels/ntfy.py",
        "streams/channels/registry.py",
        "docs/reference/channels.md",
        "tests/streams/channels/test_registry.py",
        "tests/streams/channels/test_ntfy.py",
        "tests/docs/texts.py",
        "docs/reference/texts.reviewed",
    ]


def test_a_scenario(tmp_path: Path) -> None:
    done = follow("add-a-scenario.md", tmp_path)
    done.lint()
    assert done.touched == [
        "simulators/scenarios/courses.py",
        "simulators/scenarios/__init__.py",
        "tests/simulators/scenarios/test_registry.py",
        "tests/simulators/scenarios/test_myocarditis.py",
    ]


def test_a_criterion(tmp_path: Path) -> None:
    done = follow("add-a-criterion.md", tmp_path)
    done.lint()
    assert done.touched == [
        "docs/spec/criteria.md",
        "rules/guideline/renal.py",
        "tests/reference/table3.py",
        "tests/reference/knobs.py",
        "tests/rules/evaluate/test_potassium.py",
        "tests/rules/explain/test_rows.py",
        "tests/rules/guideline/test_spec_lists.py",
    ]


def test_a_row_type(tmp_path: Path) -> None:
    done = follow("add-a-row-type.md", tmp_path)
    done.lint()
    assert done.touched == [
        "rules/guideline/declarations.py",
        "rules/guideline/declarations.py",
        *MODULES,
        "tests/rules/evaluate/test_baseline_multiple.py",
        "docs/reference/texts.reviewed",
    ]
    for missing in MODULES:
        (done.copy / missing).rename(tmp_path / "aside")
        with pytest.raises(AssertionError, match=missing.removesuffix(".py").replace("/", ".")):
            done.type("python -c 'import rules.explain'")
        (tmp_path / "aside").rename(done.copy / missing)


def test_guideline_packs_are_signed_switched_to_and_added(tmp_path: Path) -> None:
    done = follow("guideline-packs.md", tmp_path)
    done.lint()
    assert done.touched == [
        "site.toml",
        "gate.toml",
        "next.toml",
        "rules/guideline/packs/label_vital_signs.py",
        "rules/guideline/packs/registry.py",
        "tests/packs/test_nothing_is_made_up.py",
    ]
    (row,) = map(
        json.loads, done.typed["il2watch packs show dutcher-2014/1 --row bicarbonate -o json"].splitlines()
    )
    assert row["sha256"] in (done.copy / "site.toml").read_text(encoding="utf-8")
    signed = done.typed["il2watch packs check site.toml"]
    assert ("beside: dutcher-2014/1, draft" in signed, "lapsed" in signed) == (True, False)
    (judged,) = (printed for line, printed in done.typed.items() if line.startswith("il2watch backtest"))
    assert "| require_verified | draft | verified | exceeded |" in judged
    assert "cannot be judged" in judged
    assert judged.rstrip().endswith("exit 1")
    assert done.typed['il2watch packs check next.toml; echo "exit $?"'].rstrip().endswith("exit 2")
    assert "label-vital-signs/2024-12" in done.typed["il2watch packs ls -o json"]
    page = done.copy / "docs" / "reference" / page_of("label-vital-signs/2024-12")
    assert page.read_text(encoding="utf-8").startswith("# label-vital-signs/2024-12\n")


def test_back_testing_ten_years(tmp_path: Path) -> None:
    done = follow("backtest-ten-years.md", tmp_path)
    done.lint()
    for made in ("alerts.jsonl", "assessments.jsonl", "grouped.csv"):
        assert len((done.copy / made).read_text(encoding="utf-8").splitlines()) > 1, made
