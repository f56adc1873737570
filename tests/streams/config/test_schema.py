"""The published JSON Schema takes what the loader takes, refuses what it refuses, and is what stands in the
documents.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rules.guideline.packs.registry import PACKS
from rules.guideline.settings.keys import Key, keys
from rules.guideline.settings.values import as_toml
from streams.channels.registry import KINDS
from streams.cli import config, main
from streams.config import reference
from streams.config.schema import SECTIONS

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "docs" / "reference"
SCHEMA = config.schema()
EXAMPLES = ["deploy/site.example.toml", "deploy/site.compose.toml", "tests/data/golden/site.toml"]
ROW_OF_A_SITE = """
[packs."til-2024/1".rows.alt]
type = 'upper-limit'
values = { signal = "alt" }
effect = 'cycle'
source = { document = "JITC 2024;12:e008735", table = "Table 2", row = "hepatic" }
"""
BLOCK = re.compile(r"^ *```toml\n(.*?)```", re.DOTALL | re.MULTILINE)


USERS_FILE = {"$ref": "#/$defs/UsersFile", "$defs": SCHEMA["$defs"]}
USER = 'password = "scrypt$32768$8$3$c2FsdA==$a2V5"\n'


def faults(given: dict[str, Any], schema: Any = SCHEMA) -> list[str]:
    return [
        f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(given)
    ]


def blocks(document: str) -> list[dict[str, Any]]:
    return [tomllib.loads(block) for block in BLOCK.findall((ROOT / document).read_text(encoding="utf-8"))]


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_of_a_site_are_valid(example: str) -> None:
    given = tomllib.loads((ROOT / example).read_text(encoding="utf-8"))
    assert given
    assert faults(given) == []


def test_the_table_of_packs_in_the_specification_is_valid_and_so_is_a_row_of_a_site() -> None:
    [shown] = [block for block in blocks("docs/spec/editions.md") if "packs" in block]
    as_an_editor_sees_it = json.loads(json.dumps(shown, default=str))
    assert faults(as_an_editor_sees_it) == []
    assert faults(tomllib.loads(ROW_OF_A_SITE)) == []


def test_what_the_page_shows_is_valid() -> None:
    found = blocks("docs/reference/configuration.md")
    assert len(found) == 6
    assert [faults(block) for block in found] == [[]] * 6


def test_every_channel_of_the_documents_is_valid() -> None:
    channels = [
        one
        for block in blocks("docs/reference/channels.md")
        for one in block.get("pager", {}).get("channels", {}).values()
    ]
    assert {one["kind"] for one in channels} >= set(KINDS) - {"terminal"}
    either = {
        "$defs": SCHEMA["$defs"],
        **SCHEMA["$defs"]["Pager"]["properties"]["channels"]["additionalProperties"],
    }
    assert [
        [error.message for error in Draft202012Validator(either).iter_errors(one)] for one in channels
    ] == [[]] * len(channels)


@pytest.mark.parametrize("key", keys(), ids=lambda key: key.name)
def test_every_key_of_the_guideline_takes_its_default(key: Key) -> None:
    if key.default is not None:
        assert faults(tomllib.loads(f"{key.name} = {as_toml(key.default, key.kind)}")) == []


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("[criterion]", "$: "),
        ("[criteria.creatinine]\nrelativ = 1", "$.criteria.creatinine: "),
        ("[criteria.creatinine]\nrelative = '2.5'", "$.criteria.creatinine.relative: "),
        ("[criteria.creatinine]\nrelative = -1", "$.criteria.creatinine.relative: "),
        ("[choices]\nahead = '15'", "$.choices.ahead: "),
        ("[choices]\nweight-jump = 25", "$.choices['weight-jump']: "),
        ("[shifts]\nstarts = ['7:00']", "$.shifts.starts[0]: "),
        ("[broker]\nsecurity-protocl = 'SSL'", "$.broker: "),
        ("[broker]\npassword = 'word'", "$.broker: "),
        ("[board]\nquite = '5 min'", "$.board: "),
        ("[pager.channels.a]\nkind = 'pigeon'\n[[pager.routes]]\n[[pager.system-routes]]\n", "$.pager"),
        ("[pager.api]\nport = 0", "$.pager"),
        ("[packs]\ndecides = 'til-2024'", "$.packs.decides: "),
        (f"[packs]\noverlays = {list(PACKS)}", "$.packs.overlays: "),
        ("[packs]\ndraft_rows = 'hide'", "$.packs.draft_rows: "),
        ("[packs]\noverlay = []", "$.packs: "),
        ("[[packs.signed]]\npack = 'til-2024/1'", "$.packs.signed[0]: "),
        (ROW_OF_A_SITE.replace("'upper-limit'", "'limit'"), "$.packs['til-2024/1'].rows.alt.type: "),
        (ROW_OF_A_SITE.replace("'cycle'", "'stop'"), "$.packs['til-2024/1'].rows.alt.effect: "),
        (ROW_OF_A_SITE.replace("til-2024/1", "til-2024/9"), "$.packs: "),
        ("[packs.'til-2024/1'.row]", "$.packs['til-2024/1']: "),
    ],
)
def test_what_is_wrong_is_marked_where_it_stands(text: str, at: str) -> None:
    assert any(fault.startswith(at) for fault in faults(tomllib.loads(text)))


def test_the_users_file_of_the_documents_is_valid() -> None:
    [shown] = [block for block in blocks("docs/howto/board/README.md") if "users" in block]
    assert faults(shown, USERS_FILE) == []


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("[user.rn-14]", "$: "),
        ("[users.rn-14]", "$.users['rn-14']: "),
        (f"[users.'rn 14']\n{USER}roles = ['see']", "$.users"),
        (f"[users.rn-14]\n{USER}roles = []", "$.users['rn-14'].roles: "),
        (f"[users.rn-14]\n{USER}roles = ['look']", "$.users['rn-14'].roles[0]: "),
        (f"[users.rn-14]\n{USER}roles = ['see']\nnmae = 'R. Nurse'", "$.users['rn-14']: "),
    ],
)
def test_a_wrong_users_file_is_marked_where_it_is_wrong(text: str, at: str) -> None:
    found = faults(tomllib.loads(text), USERS_FILE)
    assert found
    assert all(fault.startswith(at) for fault in found)


def test_the_page_lists_every_key_of_a_user() -> None:
    text = (FOLDER / reference.PAGE).read_text(encoding="utf-8")
    assert all(f"| `users.NAME.{key}` |" in text for key in SCHEMA["$defs"]["User"]["properties"])


def test_the_page_and_the_schema_are_up_to_date() -> None:
    text = (FOLDER / reference.PAGE).read_text(encoding="utf-8")
    assert text == reference.page(text, SCHEMA), "run make docs"
    assert (FOLDER / reference.SCHEMA).read_text(encoding="utf-8") == reference.written(SCHEMA), (
        "run make docs"
    )


def test_the_page_lists_every_key_of_the_services() -> None:
    text = (FOLDER / reference.PAGE).read_text(encoding="utf-8")
    for name in SECTIONS:
        table = SCHEMA["$defs"][SCHEMA["properties"][name]["$ref"].rpartition("/")[2]]
        assert all(f"| `{name}.{key}` |" in text for key in table["properties"])
        assert all(one.get("description") for one in table["properties"].values())


def test_a_page_without_its_mark_is_not_written_over() -> None:
    with pytest.raises(ValueError, match="has no line"):
        reference.page("# Site configuration\n", SCHEMA)


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["config", "schema"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(
        (FOLDER / reference.SCHEMA).read_text(encoding="utf-8")
    )
