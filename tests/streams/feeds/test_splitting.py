"""Splitting and escapes, beside python-hl7 and hl7apy (docs/spec/feeds.md, Framing and decoding)."""

from __future__ import annotations

import hl7
import pytest
from hl7apy.parser import parse_message
from hypothesis import given
from hypothesis import strategies as st

from streams.feeds.mapping.hl7.charsets import UnknownCharset, decoded
from streams.feeds.mapping.hl7.splitting import Delimiters, NoMessage, escaped, split, unescaped
from tests.streams.feeds.support import SAMPLES

USUAL = Delimiters()
ESCAPES = {
    "Ratio 1\\S\\128 and unit mg\\F\\dL ends with \\X21\\": "Ratio 1^128 and unit mg|dL ends with !",
    "one byte \\XE0\\, two \\X00E0\\, UTF-8 \\XC3A4\\": "one byte \u00e0, two \u00e0, UTF-8 \u00e4",
    "line \\X0D\\ \\X000d\\ \\X0A\\": "line \r \r \n",
    "BSV 4\\5 re.": "BSV 4\\5 re.",
    "ends with \\E\\": "ends with \\",
    "double \\E\\T\\E\\": "double \\T\\",
    "\\H\\bold\\N\\ \\.br\\ \\.sp2\\ \\Z01\\": "bold \n \n \\Z01\\",
    "Some text with \\Z99\\ embedded": "Some text with \\Z99\\ embedded",
    "\\XZZ\\": "\\XZZ\\",
    "\\R\\\\T\\": "~&",
    "": "",
}


@pytest.mark.parametrize(("written", "meant"), ESCAPES.items())
def test_escapes_are_decoded_once_and_unknown_ones_kept(written: str, meant: str) -> None:
    assert unescaped(written, USUAL) == meant


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)) | st.sampled_from("|^~\\&\n\r")))
def test_what_is_escaped_comes_back(text: str) -> None:
    written = escaped(text, USUAL)
    assert not set("|^~&\n\r") & set(written)
    assert unescaped(written, USUAL) == text


# python-hl7 takes LF for no segment end, wants no byte order mark and no batch; its splitlines knows more ends.
HL7_OTHERWISE = {"17", "20", "21", "36", "38", "46", "117"}
# hl7apy refuses what its tables do not know: segments, versions, names; and what python-hl7 refuses.
HL7APY_OTHERWISE = HL7_OTHERWISE | {
    "10",
    "19",
    "25",
    "26",
    "27",
    "28",
    "29",
    "30",
    "31",
    "32",
    "133",
    "93",
    "12",
}
MESSAGES = sorted(SAMPLES.glob("hl7/*.hl7"))


def number(path: object) -> str:
    return str(path).rpartition("/")[2].partition("-")[0]


@pytest.mark.parametrize("path", [path for path in MESSAGES if number(path) not in HL7_OTHERWISE], ids=number)
def test_python_hl7_finds_the_same_segments_fields_and_components(path: object) -> None:
    text = decoded(path.read_bytes(), "ascii", "iso-8859-1").text  # type: ignore[attr-defined]
    ours, theirs = split(text), hl7.parse(text)
    assert [segment.name for segment in ours.segments] == [str(segment[0]) for segment in theirs]
    for mine, other in zip(ours.segments, theirs, strict=True):
        first = 3 if mine.name == "MSH" else 1
        fields = len(mine.fields)
        assert [mine.raw(place) for place in range(first, fields)] == [
            str(other[place]) for place in range(first, fields)
        ]


@pytest.mark.parametrize(
    "path", [path for path in MESSAGES if number(path) not in HL7APY_OTHERWISE], ids=number
)
def test_hl7apy_finds_the_same_observations(path: object) -> None:
    text = decoded(path.read_bytes(), "ascii", "iso-8859-1").text  # type: ignore[attr-defined]
    theirs = parse_message(text.replace("\n", "\r"), find_groups=False)
    ours = [segment for segment in split(text).segments if segment.name == "OBX"]
    others = [segment for segment in theirs.children if segment.name == "OBX"]
    assert [mine.raw(3) for mine in ours] == [other.obx_3.to_er7() for other in others]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "PID|1",
        "MSH",
        "MSH|",
        "MSH|^~",
        "MSH|^~\\",
        "MSH|||||",
        "MSH|^^\\&|",
        "MSHA^~\\&A",
        "MSH ^~\\& ",
    ],
)
def test_what_names_no_delimiters_is_no_message(text: str) -> None:
    with pytest.raises(NoMessage):
        split(text)


@given(st.text(max_size=200))
def test_any_text_after_msh_is_split_or_refused(text: str) -> None:
    try:
        message = split("MSH|^~\\&|" + text)
    except NoMessage:
        return
    assert message.header.raw(2) == "^~\\&"


@given(st.binary(max_size=200))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    try:
        assert isinstance(decoded(data, "ascii", "iso-8859-1").text, str)
    except UnknownCharset:
        return


def test_line_ends_that_are_none_of_hl7_split_nothing() -> None:
    assert len(split("MSH|^~\\&|a\x85b\u2028c\x0bd\r").segments) == 1


CHARSETS = [
    ("UNICODE UTF-8", "utf-8", "\u00b5mol/L", "utf-8", False),
    ("8859/1", "iso-8859-1", "\u00b5mol/L", "iso-8859-1", False),
    ("", "iso-8859-1", "\u00b5mol/L", "iso-8859-1", True),
    ("44", "iso-8859-1", "\u00b5mol/L", "iso-8859-1", True),
    ("UNICODE UTF-8", "iso-8859-1", "\u00b5mol/L", "iso-8859-1", True),
    ("ASCII~ISO IR87", "iso2022_jp_ext", "\u5c71\u7530|~", "iso2022_jp_ext", False),
]


@pytest.mark.parametrize(("declared", "codec", "text", "used", "fallback"), CHARSETS)
def test_a_message_is_decoded_as_it_declares(
    declared: str, codec: str, text: str, used: str, fallback: bool
) -> None:
    message = (
        f"MSH|^~\\&|A|B|C|D|20260302100000||ORU^R01|1|P|2.5|||||||{declared}".replace("|||||||", "||||||")
        + f"\rNTE|1||{text}"
    )
    found = decoded(message.encode(codec), "ascii", "iso-8859-1")
    assert (found.text, found.charset, found.fallback) == (message, used, fallback)
