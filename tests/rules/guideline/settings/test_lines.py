"""The line of a key, however TOML lets it be written."""

import pytest

from rules.guideline import ConfigError, load
from rules.guideline.settings.document import given

LINES = {
    "dotted": ("\n[criteria]\ncreatinine.relative = 9", 3),
    "quoted": ("\n[criteria.'creatinine']\n\n\"relative\" = 9", 4),
    "escaped": ('\n["criteria"."\\u0063reatinine"]\n"relative" = 9', 3),
    "inline": ("[criteria]\n# relative = 9\ncreatinine = { stale-factor = 2, relative = 9 }", 3),
    "spaced header": ("[ criteria . creatinine ] # [x]\nrelative = 9", 2),
    "after long texts": (
        (
            "[pager]\na = '''\nrelative = 1\n[criteria.creatinine]\n'''\nb = "
            '"""\n\\"""\n"""\n[criteria.creatinine]\nrelative = 9'
        ),
        10,
    ),
    "after arrays": (
        (
            "[pager]\na = [ # ]\n  {relative = 1}, ['x', 2],\n  'y]',\n]\nd = 1979-05-27 07:32:00 # "
            "x\n[criteria.creatinine]\nrelative = 9"
        ),
        8,
    ),
    "after tables in arrays": (
        "[[pager.routes]]\nx = 1\n[[pager.routes]]\nx = 1\n[criteria.creatinine]\nrelative = 9",
        6,
    ),
    "windows": ("\r\n\r\n[criteria.creatinine]\r\nrelative = 9\r\n", 4),
}


@pytest.mark.parametrize(("text", "line"), LINES.values(), ids=LINES)
def test_the_line_of_a_key_is_found_however_it_is_written(text: str, line: int) -> None:
    with pytest.raises(ConfigError) as refused:
        load(text)
    expected = (
        (
            f"line {line}: criteria.creatinine.relative: 9.0 lies beyond absolute (3.0); relative must be "
            "reached first"
        ),
    )
    assert refused.value.problems == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a = 1\n[b]\nc.d = 2", [(("a",), 1), (("b",), 2), (("b", "c", "d"), 3)]),
        ("a = [{b = 1}, {b = 2}]", [(("a",), 1), (("a", "#1", "b"), 1), (("a", "#2", "b"), 1)]),
        ("[[a]]\n[[a]]\nb = 1", [(("a", "#1"), 1), (("a", "#2"), 2), (("a", "#2", "b"), 3)]),
        ("a = 1\n= 2\nb = 3", [(("a",), 1)]),
        ("a = " + "[" * 9_000, [(("a",), 1)]),
    ],
)
def test_keys_and_headers_are_given_in_order_up_to_what_is_not_toml(
    text: str, found: list[tuple[tuple[str, ...], int]]
) -> None:
    assert list(given(text)) == found
