"""Split a message by its own delimiters: segments, fields, repetitions, components; decode escapes once.

Source: docs/spec/feeds.md, Framing and decoding; v2 chapter 2.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

DELETE = '""'
_ENDS = re.compile("\r\n|\r|\n")
_NAME = re.compile("[A-Z][A-Z0-9]{2}")
_DECLARED = len("MSH|^~\\&")


class NoMessage(ValueError):
    """An error: the text is no HL7 message; it says what is missing, without its content."""


class Delimiters(NamedTuple):
    """The delimiters that MSH-1 and MSH-2 declare."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    sub: str = "&"


class Segment:
    """A segment: its name, its place among those of its name (from 1), and its raw fields."""

    __slots__ = ("delimiters", "fields", "name", "number")

    def __init__(self, name: str, number: int, fields: list[str], delimiters: Delimiters) -> None:
        self.name, self.number, self.delimiters = name, number, delimiters
        # MSH-1 is the delimiter itself: with it in its place all fields have the standard's numbers.
        self.fields = [name, delimiters.field, *fields[1:]] if name == "MSH" else fields

    def raw(self, number: int) -> str:
        """Return a field as it stands, of MSH counted as the standard counts; empty when there is none."""
        fields = self.fields
        return fields[number] if number < len(fields) else ""

    def text(self, number: int, component: int = 1) -> str:
        """Return a component of a field's first repetition, escapes decoded, blanks trimmed."""
        fields = self.fields
        raw = fields[number] if number < len(fields) else ""
        if not raw:
            return ""
        _, within, between, escape, _ = self.delimiters
        if between in raw:
            raw = raw.partition(between)[0]
        if component > 1 or within in raw:
            raw = self.components(raw, component)
        return unescaped(raw, self.delimiters).strip() if escape in raw else raw.strip()

    def first(self, number: int) -> str:
        """Return a field's first repetition as it stands."""
        return self.raw(number).partition(self.delimiters.repetition)[0]

    def repetitions(self, number: int) -> list[str]:
        """Return the repetitions of a field, without empty ones, as they stand."""
        raw = self.raw(number)
        return [each for each in raw.split(self.delimiters.repetition) if each] if raw else []

    def components(self, repetition: str, component: int) -> str:
        """Return a component of a repetition as it stands; empty when there is none."""
        if component == 1:
            return repetition.partition(self.delimiters.component)[0]
        parts = repetition.split(self.delimiters.component)
        return parts[component - 1] if component <= len(parts) else ""

    def parts(self, repetition: str) -> list[str]:
        """Return the components of a repetition, escapes decoded, blanks trimmed."""
        return [self.plain(part) for part in repetition.split(self.delimiters.component)]

    def plain(self, text: str) -> str:
        """Return a text with its escapes decoded and blanks trimmed; `""` is kept: it means delete."""
        if self.delimiters.escape in text:
            text = unescaped(text, self.delimiters)
        return text.strip()


class Message(NamedTuple):
    """A message split into segments; the first is MSH."""

    segments: tuple[Segment, ...]

    @property
    def header(self) -> Segment:
        """MSH."""
        return self.segments[0]

    def first(self, name: str) -> Segment | None:
        """Return the first segment of a name."""
        return next((segment for segment in self.segments if segment.name == name), None)


def split(text: str) -> Message:
    """Split a message. Raises NoMessage."""
    lines = _ENDS.split(text) if "\n" in text else text.split("\r")
    delimiters = declared(next((line.lstrip() for line in lines if line.strip()), "")[:_DECLARED])
    numbers: dict[str, int] = {}
    segments = []
    for line in lines:
        fields = line.split(delimiters.field)
        name = fields[0]
        if name not in numbers:
            name = name.strip().upper()
            if not _NAME.fullmatch(name):
                continue
        numbers[name] = number = numbers.get(name, 0) + 1
        segments.append(Segment(name, number, fields, delimiters))
    return Message(tuple(segments))


@lru_cache(maxsize=64)
def declared(line: str) -> Delimiters:
    """Return the delimiters of an MSH segment, of which its beginning is enough. Raises NoMessage."""
    if line[:3] != "MSH":
        raise NoMessage("does not begin with MSH")
    field = line[3:4]
    encoding = line[4:].partition(field)[0] if field else ""
    marks = field + encoding[:4]
    if len(set(marks)) != 5 or any(mark.isalnum() or mark.isspace() for mark in marks):
        raise NoMessage("MSH-1 and MSH-2 do not name five delimiters")
    return Delimiters(*marks)


_BREAKS = {".br": "\n", ".sp": "\n", ".fi": "", ".nf": "", ".ce": "\n", "H": "", "N": ""}


def unescaped(text: str, delimiters: Delimiters) -> str:
    """Return a text with its escape sequences decoded once; unknown ones and a lone escape are kept."""
    mark = re.escape(delimiters.escape)
    return re.sub(f"{mark}([^{mark}]*){mark}", lambda found: _meant(found, delimiters), text)


def _meant(found: re.Match[str], delimiters: Delimiters) -> str:
    inside = found[1]
    marks = {
        "F": delimiters.field,
        "S": delimiters.component,
        "T": delimiters.sub,
        "R": delimiters.repetition,
        "E": delimiters.escape,
    }
    if inside in marks:
        return marks[inside]
    if inside[:1] == "X":
        return _hexadecimal(inside[1:], found[0])
    known = _BREAKS.get(inside if len(inside) == 1 else inside[:3])
    return found[0] if known is None else known


def _hexadecimal(digits: str, kept: str) -> str:
    """Return the characters of hexadecimal digits: bytes, or `00` and a byte for one character."""
    try:
        data = bytes.fromhex(digits)
    except ValueError:
        return kept
    if len(data) == 2 and data[0] == 0:
        return chr(data[1])
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def escaped(text: str, delimiters: Delimiters) -> str:
    """Return a text as a field may hold it: delimiters and line ends escaped."""
    marks = {
        delimiters.escape: "E",
        delimiters.field: "F",
        delimiters.component: "S",
        delimiters.sub: "T",
        delimiters.repetition: "R",
    }
    mark = delimiters.escape
    marks |= {"\n": ".br", "\r": "X0D"}
    return "".join(f"{mark}{marks[letter]}{mark}" if letter in marks else letter for letter in text)
