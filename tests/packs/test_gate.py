"""The release gate: no draft pack decides for a patient; what two persons have read and signed does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from msgspec import structs

from rules.guideline import load
from rules.guideline.packs.registry import PACKS
from rules.guideline.settings.document import ConfigError
from rules.guideline.settings.packs import draft_fault
from rules.wire.instants import HOUR
from streams.cli import main
from streams.qualify.installation import identity

Capture = pytest.CaptureFixture[str]
DRAFTS = [key for key, pack in PACKS.items() if pack.unverified]
SIGNED = """
[[packs.signed]]
pack = "{pack}"
row = "{row}"
sha256 = "{sha256}"
by = "{by}"
checked_by = "rph-2"
on = 2027-01-15
document = "read whole, and it has none other"
"""


def signed(key: str, by: str = "md-7", changed: str = "") -> str:
    """Return the table that lets a pack decide, everything of it signed; of `changed` another hash."""
    parts = [(name, sha256) for name, status, sha256 in PACKS[key].parts() if status != "verified"]
    tables = [
        SIGNED.format(pack=key, row=name, sha256="0" * 64 if name == changed else sha256, by=by)
        for name, sha256 in parts
    ]
    return f'[packs]\ndecides = "{key}"\n' + "".join(tables)


def test_three_of_the_four_packs_are_drafts() -> None:
    assert DRAFTS == ["dutcher-2014/1", "proleukin-us-label/2024-12", "til-2024/1"]


@pytest.mark.parametrize("command", ["worker --broker localhost:1", "config check", "packs check"])
@pytest.mark.parametrize("key", DRAFTS)
@pytest.mark.parametrize("how", ['decides = "{}"', 'for_cycles = ["{}"]'])
def test_nothing_starts_with_a_draft_that_decides_or_may(
    tmp_path: Path, capsys: Capture, key: str, how: str, command: str
) -> None:
    path = tmp_path / "site.toml"
    path.write_text(f"[packs]\n{how.format(key)}\n")
    option = ["--config", str(path)] if "worker" in command else [str(path)]
    assert main.main([*command.split(), *option]) == 2
    fault = capsys.readouterr().err
    assert key in fault
    assert all(row in fault for row in PACKS[key].unverified)


@pytest.mark.parametrize("key", DRAFTS)
def test_a_draft_may_stand_beside(tmp_path: Path, key: str) -> None:
    path = tmp_path / "site.toml"
    path.write_text(f'[packs]\noverlays = ["{key}"]\n')
    assert main.main(["config", "check", str(path)]) == 0


@pytest.mark.parametrize("key", DRAFTS)
def test_a_pack_that_is_signed_whole_decides(key: str) -> None:
    guideline = load(signed(key))
    assert draft_fault(guideline) is None
    assert guideline.deciding.key == key
    assert guideline.deciding.status == "verified"


@pytest.mark.parametrize("key", DRAFTS)
def test_a_signature_lapses_when_the_row_is_another_one(key: str) -> None:
    for name in PACKS[key].unverified:
        fault = draft_fault(load(signed(key, changed=name)))
        assert fault is not None
        assert name in fault


@pytest.mark.parametrize("command", ["worker --broker localhost:1", "config check"])
@pytest.mark.parametrize("key", DRAFTS)
def test_nothing_starts_with_a_signed_pack_of_which_one_limit_has_changed(
    tmp_path: Path, capsys: Capture, key: str, command: str
) -> None:
    path, (row, *_) = tmp_path / "site.toml", PACKS[key].unverified
    path.write_text(signed(key, changed=row))
    option = ["--config", str(path)] if "worker" in command else [str(path)]
    assert main.main([*command.split(), *option]) == 2
    assert row in capsys.readouterr().err


def test_a_signature_of_not_open_rows_lets_the_label_say_give() -> None:
    deciding = load(signed("proleukin-us-label/2024-12")).deciding
    assert deciding.pack is not None
    assert deciding.pack.unread == ()


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        (signed("til-2024/1", by="rph-2"), "two persons"),
        ('[packs]\ndecides = "til-2024/2"', "did you mean til-2024/1?"),
        ('[packs]\noverlays = ["til-2024/1", "til-2024/1", "til-2024/1", "til-2024/1"]', "at most 3"),
        ('[packs]\ndraft_rows = "hide"', "neither show nor speak"),
        ("[packs]\nmode = 3", "unknown field"),
    ],
)
def test_a_table_that_is_wrong_says_why(table: str, fault: str) -> None:
    with pytest.raises(ConfigError, match=fault.replace("?", r"\?")):
        load(table)


SITE_ROW = """
[packs]
decides = "til-2024/1"
[packs."til-2024/1".rows.platelets]
type = "lab"
effect = "hold"
source = { document = "product label", table = "section 2", row = "platelets" }
[packs."til-2024/1".rows.platelets.values]
system = "hemorrhagic"
unit = "10*3/uL"
words = "Platelets"
lab = "platelets"
monitored_by = "blood-count"
absolute = "<10"
"""


def test_a_row_that_a_site_writes_is_a_draft_until_it_is_signed() -> None:
    guideline = load(SITE_ROW)
    pack = guideline.deciding.pack
    assert pack is not None
    assert "platelets" in pack.unverified
    assert [row.absolute.text for row in guideline.deciding.rows if row.code == "platelets"] == ["<10"]


def test_a_row_that_a_site_writes_is_shown_with_its_hash_and_signed_by_it(
    tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "site.toml"
    rest = signed("til-2024/1").replace('[packs]\ndecides = "til-2024/1"\n', "")
    path.write_text(SITE_ROW + rest)
    show = ["packs", "show", "til-2024/1", "--row", "platelets", "--config", str(path), "-o", "json"]
    assert main.main(show) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["says"], shown["status"]) == ("lab platelets, absolute <10", "draft")
    own = SIGNED.format(pack="til-2024/1", row="platelets", sha256=shown["sha256"], by="md-7")
    path.write_text(path.read_text() + own)
    assert main.main(["packs", "check", str(path)]) == 0
    assert capsys.readouterr().out == "decides: til-2024/1, verified\n"
    path.write_text(path.read_text().replace('"<10"', '"<11"'))
    assert main.main(["packs", "check", str(path)]) == 2
    assert "lapsed: til-2024/1 platelets" in capsys.readouterr().out


@pytest.mark.parametrize(("key", "word"), [("effect", "holds"), ("level", "high"), ("type", "labs")])
def test_a_word_that_a_row_does_not_know_is_refused_and_not_passed_over(key: str, word: str) -> None:
    written = re.sub(rf"^{key} = .*$", "", SITE_ROW, flags=re.MULTILINE)
    table = f'[packs."til-2024/1".rows.platelets]\n{key} = "{word}"'
    with pytest.raises(ConfigError, match=word):
        load(written.replace('[packs."til-2024/1".rows.platelets]', table))


@pytest.mark.parametrize("key", DRAFTS)
def test_the_configuration_is_named_by_the_pack_that_decides(
    tmp_path: Path, capsys: Capture, key: str
) -> None:
    path = tmp_path / "site.toml"
    path.write_text(signed(key))
    assert main.main(["config", "check", str(path)]) == 0
    deciding = load(signed(key)).deciding
    message = f"ok; guideline {deciding.id} version {deciding.version}, sha256 {deciding.sha256}"
    assert message in capsys.readouterr().out
    assert identity(load(signed(key)), None)["guideline sha256"] == deciding.sha256


CHANGED: dict[str, dict[str, object]] = {
    "judgement": {"judgement": "at-dosing"},
    "combination": {"combination": "count"},
    "dosing_minimum": {"dosing_minimum": ("systolic-90",)},
    "eligibility": {"eligibility": ("organ-disease",)},
    "regimen.dose": {"dose": 720_000.0},
    "regimen.interval": {"min_interval": 6 * HOUR},
    "regimen.doses_per_cycle": {"doses_per_cycle": 15},
    "regimen.doses_per_course": {"doses_per_course": 29},
    "regimen.cycle_days": {"cycle_days": ((1, 6), (15, 19))},
    "regimen.rest": {"rest_days": 8},
    "regimen.course_gap": {"course_gap": 48 * 24 * HOUR},
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_rule_is_signed_with_what_is_evaluated_under_its_name(name: str) -> None:
    pack, change = PACKS["proleukin-us-label/2024-12"], CHANGED[name]
    if name.startswith("regimen."):
        change = {"regimen": structs.replace(pack.regimen, **change)}
    before, after = (
        {part: sha for part, _, sha in one.parts()} for one in (pack, structs.replace(pack, **change))
    )
    assert [part for part, sha in after.items() if sha != before[part]] == [name]


def test_every_rule_of_the_label_is_among_them() -> None:
    assert set(PACKS["proleukin-us-label/2024-12"].items) == set(CHANGED)


def test_the_hash_of_a_row_is_that_of_its_numbers() -> None:
    hashes = [sha256 for pack in PACKS.values() for _, _, sha256 in pack.parts()]
    assert len(set(hashes)) > len(hashes) / 2
    assert all(len(sha256) == 64 for sha256 in hashes)
