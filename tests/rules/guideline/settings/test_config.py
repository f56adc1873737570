"""The site configuration: every number can be set, nothing else can, and whatever is wrong is named with its
line.
"""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.chart.vitals import KEPT
from rules.decide.engine import assessments, fold
from rules.guideline import SCHWARTZENTRUBER_2001, ConfigError, Guideline, load
from rules.guideline.edition import exact
from rules.guideline.settings.coherence import LATE_AT_MOST, conflicts
from rules.guideline.settings.keys import (
    COUNT,
    DURATION,
    FACTOR,
    LEVEL,
    STARTS,
    SUBJECTS,
    SWITCH,
    ZONE,
    Key,
    at,
)
from rules.guideline.settings.loader import OTHER_TABLES, keys
from rules.guideline.settings.values import as_toml, key_table
from rules.ingest.decode import decode
from rules.wire.durations import duration, duration_text

ROOT = Path(__file__).parents[4]
DOCUMENT = ROOT / "docs" / "reference" / "configuration.md"
EXAMPLE = ROOT / "deploy" / "site.example.toml"
PUBLISHED = SCHWARTZENTRUBER_2001

every_key = pytest.mark.parametrize("key", keys(), ids=lambda key: key.name)


def problems(text: str) -> tuple[str, ...]:
    """What is wrong with a configuration; nothing when it can be used."""
    try:
        assert len(load(text).sha256) == 64
    except ConfigError as error:
        return error.problems
    return ()


def setting(key: Key, value: Any) -> str:
    return f"{key.name} = {as_toml(value, key.kind)}\n"


def changes(key: Key) -> list[Any]:
    """The key's default changed a little, upwards and downwards."""
    if key.kind == ZONE:
        return ["Europe/Berlin"]
    if key.kind == STARTS:
        return [("06:00", "14:00", "22:00")]
    if key.kind == SWITCH:
        return [not key.default]
    if key.kind == LEVEL:
        return ["relative"]
    if key.kind == SUBJECTS:
        return [key.default[:-1]]
    if key.default is None:
        return [0.014]
    if key.kind in (COUNT, DURATION):
        step = 1 if key.kind == COUNT else 1000
        return [key.default + step, key.default - step]
    return [key.default * 1.001, key.default * 0.999]


def changed(key: Key) -> tuple[Any, Guideline]:
    for value in changes(key):
        try:
            return value, load(setting(key, value))
        except ConfigError as refusal:
            last = refusal
    raise last


# What can be set


@pytest.mark.parametrize("text", [None, "", "\n", "# nothing but a comment\n", "\ufeff"])
def test_no_configuration_gives_the_guideline_as_published(text: str | None) -> None:
    assert load(text) is PUBLISHED or load(text) == PUBLISHED
    assert load(text).sha256 == PUBLISHED.sha256


@every_key
def test_a_key_changed_a_little_reaches_the_guideline_and_gives_another_hash(key: Key) -> None:
    value, guideline = changed(key)
    assert [at(guideline, place) for place in key.places] == [value] * len(key.places)
    assert guideline.sha256 != PUBLISHED.sha256


@every_key
def test_a_key_set_to_its_default_gives_the_same_hash(key: Key) -> None:
    if key.default is not None:
        assert load(setting(key, key.default)).sha256 == PUBLISHED.sha256


@every_key
def test_a_key_changes_nothing_but_its_own_place(key: Key) -> None:
    _, guideline = changed(key)
    before, after = (dict(leaves(msgspec.to_builtins(whole))) for whole in (PUBLISHED, guideline))
    moved = {path for path in {*before, *after} if before.get(path) != after.get(path)}
    assert len(moved) == (3 if key.kind in (STARTS, LEVEL) else len(key.places))


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, dict):
        return [leaf for name, part in value.items() for leaf in leaves(part, (*path, name))]
    if isinstance(value, list | tuple):
        return [leaf for i, part in enumerate(value) for leaf in leaves(part, (*path, i))]
    return [(path, value)]


def test_every_number_of_the_guideline_is_a_key() -> None:
    reached = {place for key in keys() for place in key.places}
    parts = ("rows", "observations", "pressure", "table4", "advice", "eligibility", "plausible", "choices")
    numbers = {
        (part, *path)
        for part in parts
        for path, value in struct_leaves(getattr(PUBLISHED, part))
        if isinstance(value, int | float) and not isinstance(value, bool) and value
    }
    assert numbers <= reached


def struct_leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, msgspec.Struct):
        value = {field.name: getattr(value, field.name) for field in msgspec.structs.fields(value)}
    if isinstance(value, dict):
        return [leaf for name, part in value.items() for leaf in struct_leaves(part, (*path, name))]
    if isinstance(value, tuple):
        return [leaf for i, part in enumerate(value) for leaf in struct_leaves(part, (*path, i))]
    return [(path, value)]


def test_all_defaults_written_out_are_the_guideline_as_published() -> None:
    text = "".join(setting(key, key.default) for key in keys() if key.default is not None)
    assert load(text) == PUBLISHED


@pytest.mark.parametrize(("whole", "decimal"), [("3", "3.0"), ("2", "2.0")])
def test_a_whole_number_and_its_decimal_give_one_hash(whole: str, decimal: str) -> None:
    one, other = (load(f"[criteria.phenylephrine-maximum]\nabsolute = {text}") for text in (whole, decimal))
    assert one.sha256 == other.sha256 != PUBLISHED.sha256


def test_the_published_numbers_have_the_types_their_fields_declare() -> None:
    assert exact(PUBLISHED).sha256 == PUBLISHED.sha256
    assert type(PUBLISHED.row["platelets"].relative.value) is float  # type: ignore[union-attr]


WRITTEN_ALIKE = {
    "table": '[criteria.sinus-tachycardia.relative]\ntrip = 118\nclear = 112\nspan = "20 min"',
    "inline table": '[criteria.sinus-tachycardia]\nrelative = { trip = 118, clear = 112, span = "20 min" }',
    "dotted keys": (
        '[criteria.sinus-tachycardia]\nrelative.trip = 118\nrelative.clear = 112.0\nrelative.span = "1200 s"'
    ),
    "quoted keys": (
        '["criteria"."sinus-tachycardia"]\n"relative" = { \'trip\' = 118, clear = 112, span = "20min" }'
    ),
    "windows line ends": (
        '[criteria.sinus-tachycardia.relative]\r\ntrip = 118\r\nclear = 112\r\nspan = "20 min"\r\n'
    ),
}


@pytest.mark.parametrize("text", WRITTEN_ALIKE.values(), ids=WRITTEN_ALIKE)
def test_toml_that_says_the_same_gives_the_same_guideline(text: str) -> None:
    assert load(text).sha256 == load(WRITTEN_ALIKE["table"]).sha256
    assert load(text).row["sinus-tachycardia"].relative.trip.text == ">=118"  # type: ignore[union-attr]


def test_the_vital_signs_have_one_staleness() -> None:
    guideline = load("criteria.sinus-tachycardia.stale-factor = 3")
    oxygen: Any = guideline.row["oxygen-requirement"]
    assert (oxygen.stale_factor, guideline.pressure.stale_factor) == (3.0, 3.0)


@pytest.mark.parametrize("name", OTHER_TABLES)
def test_the_tables_of_other_rooms_are_passed_over(name: str) -> None:
    assert (
        load(f"[{name}]\nurl = 'x'\n[[{name}.routes]]\na = 1\n[[{name}.routes]]\na = 2\n").sha256
        == PUBLISHED.sha256
    )


def test_the_chart_keeps_what_the_configuration_lets_be_asked_for() -> None:
    assert LATE_AT_MOST <= KEPT


# A changed number changes a decision


def course(creatinine: float) -> list[dict[str, Any]]:
    readings = [{"code": "creatinine", "value": creatinine, "unit": "mg/dL"}]
    return [
        {
            "type": "encounter",
            "id": "e1",
            "patient": "p1",
            "at": "2026-03-02T06:00:00Z",
            "event": "cycle-start",
        },
        {"type": "labs", "id": "l1", "patient": "p1", "at": "2026-03-02T07:00:00Z", "readings": readings},
    ]


def state_of(code: str, log: list[dict[str, Any]], guideline: Guideline) -> str:
    decoded = [decode(json.dumps(record))[0] for record in log]
    assessed = assessments(fold([event for event in decoded if event is not None], guideline))
    return next(row.state for row in assessed[0].criteria if row.code == code)


@pytest.mark.parametrize(
    ("config", "state"),
    [("", "clear"), ("relative = 2.0", "relative"), ("relative = 2.0\nabsolute = 2.2", "absolute")],
)
def test_a_changed_threshold_changes_the_decision(config: str, state: str) -> None:
    assert state_of("creatinine", course(2.4), load(f"[criteria.creatinine]\n{config}")) == state


def oxygen(**readings: Any) -> dict[str, Any]:
    listed = [{"code": code.replace("_", "-"), **value} for code, value in readings.items()]
    listed.append({"code": "spo2", "value": 97, "unit": "%"})
    return {"type": "vitals", "id": "v1", "patient": "p1", "at": "2026-03-02T07:00:00Z", "readings": listed}


def charted(code: str) -> dict[str, Any]:
    return {
        "type": "finding", "id": "f1", "patient": "p1", "at": "2026-03-02T07:00:00Z", "code": code, "present": True,
    }  # fmt: skip


MASK = {"o2_device": {"value": "mask"}}


@pytest.mark.parametrize(
    ("code", "record", "config", "state"),
    [
        ("oxygen-requirement", oxygen(**MASK), "assumed-fio2 = 40", "absolute"),
        ("oxygen-requirement", oxygen(**MASK), "assumed-fio2 = 39", "relative"),
        ("oxygen-requirement", oxygen(**MASK), "assumed-fio2 = 24\nrelative-fio2 = 25", "clear"),
        (
            "oxygen-requirement", oxygen(**MASK, fio2={"value": 28, "unit": "%"}), "relative-fio2 = 28", "relative",
        ),
        (
            "oxygen-requirement", oxygen(**MASK, fio2={"value": 28, "unit": "%"}), "relative-fio2 = 28.1", "clear",
        ),
        ("moist-desquamation", charted("moist-desquamation"), 'column = "absolute"', "absolute"),
        ("moist-desquamation", charted("moist-desquamation"), 'column = "relative"', "relative"),
        ("cardiac-enzymes", charted("dyspnea-at-rest"), "never-measured-clear = true", "clear"),
        ("cardiac-enzymes", charted("dyspnea-at-rest"), "never-measured-clear = false", "indeterminate"),
    ],
)  # fmt: skip
def test_a_choice_that_is_no_number_changes_the_decision(
    code: str, record: dict[str, Any], config: str, state: str
) -> None:
    assert state_of(code, [*course(1.0), record], load(f"[criteria.{code}]\n{config}")) == state


@pytest.mark.parametrize(("once", "counted"), [("true", 1), ("false", 2)])
def test_the_rows_of_a_group_count_once_or_each(once: str, counted: int) -> None:
    urine = [
        {
            "type": "io", "id": f"o{hour}", "patient": "p1", "at": f"2026-03-02T{hour:02}:00:00Z",
            "start": f"2026-03-02T{hour - 1:02}:00:00Z", "direction": "out", "kind": "urine", "volume": 5,
            "unit": "mL",
        }
        for hour in range(7, 17)
    ]  # fmt: skip
    decoded = [decode(json.dumps(record))[0] for record in [*course(1.0), *urine]]
    guideline = load(f"table4.group-counts-once = {once}")
    assessment = assessments(fold([event for event in decoded if event is not None], guideline))[0]
    assert (assessment.absolute, assessment.relative) == (counted, 0)


def test_a_changed_threshold_is_carried_by_every_assessment() -> None:
    guideline = load("[criteria.creatinine]\nrelative = 2.0")
    decoded = [decode(json.dumps(record))[0] for record in course(2.4)]
    assessment = assessments(fold([event for event in decoded if event is not None], guideline))[0]
    assert assessment.guideline["sha256"] == guideline.sha256


def test_the_published_numbers_stand_together() -> None:
    assert list(conflicts(PUBLISHED)) == []


# Laws


@given(st.text(max_size=200) | st.text("[]{}=.,'\"\n #abc1-", max_size=60))
def test_any_text_is_taken_or_refused_and_never_breaks(text: str) -> None:
    assert all(re.match(r"line \d+", problem) and "\n" not in problem for problem in problems(text))


VALUES = st.one_of(
    st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.lists(st.integers(), max_size=2)
)


@given(st.sampled_from(keys()), VALUES)
def test_any_value_of_any_key_is_taken_or_refused_by_the_keys_name(key: Key, value: Any) -> None:
    written = str(value).lower() if isinstance(value, bool | float) else json.dumps(value)
    assert all(problem.startswith("line 2") for problem in problems(f"\n{key.name} = {written}"))


@given(st.integers(1, 366 * 86_400))
def test_a_duration_written_out_is_read_back(seconds: int) -> None:
    assert duration(f"{seconds} s") == seconds * 1000
    if seconds % 60 == 0:
        assert duration(duration_text(seconds * 1000)) == seconds * 1000


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("90 s", 90_000),
        ("30 min", 1_800_000),
        ("4 h", 14_400_000),
        ("1.5 h", 5_400_000),
        ("1 d", 86_400_000),
        (" 0.5 s ", 500),
        ("30m", 1_800_000),
        ("2h", 7_200_000),
    ],
)
def test_durations_carry_their_unit(text: str, ms: int) -> None:
    assert duration(text) == ms


# The document and the example


def test_the_document_lists_every_key_as_it_is() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    listed = re.findall(r"^\| `([a-z0-9.-]+)` \| (?:`[<>=]+` )?(?:`|none)", text, re.MULTILINE)
    names = [key.name for key in keys()]
    assert [name for name in names if name not in listed] == [], "missing in docs/reference/configuration.md"
    assert [name for name in listed if name not in names] == [], (
        "docs/reference/configuration.md lists what is no key"
    )
    assert text.endswith(key_table()), "run make docs"


def test_the_document_names_the_tables_of_other_rooms() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert all(f"`{name}`" in text for name in OTHER_TABLES)


def test_the_documents_toml_can_be_loaded() -> None:
    blocks = re.findall(
        r"^ *```toml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    assert len(blocks) == 6
    changed = [block for block in blocks if load(block).sha256 != PUBLISHED.sha256]
    assert [block.split()[0] for block in changed] == ["[units]"]


def test_the_example_can_be_loaded_and_changes_something() -> None:
    assert load(EXAMPLE.read_text(encoding="utf-8")).sha256 != PUBLISHED.sha256


def test_no_key_is_listed_twice() -> None:
    names = [key.name for key in keys()]
    assert len(names) == len(set(names))


def test_factors_are_documented_as_such() -> None:
    assert all(
        "factor, 1 or more" in line
        for line in key_table().splitlines()
        for key in keys()
        if key.kind == FACTOR and f"`{key.name}`" in line
    )
