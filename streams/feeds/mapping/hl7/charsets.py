"""Decode a message's bytes by what it declares (MSH-18), else by the feed's character set, with one fallback.

Source: docs/spec/feeds.md, Framing and decoding; v2 table 0211.
"""

from __future__ import annotations

from typing import NamedTuple

_BOM = b"\xef\xbb\xbf"
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_JAPANESE = ("ISO IR14", "ISO IR87", "ISO IR159")
CODECS = {
    "": "",
    "ASCII": "ascii",
    **{f"8859/{number}": f"iso-8859-{number}" for number in (*range(1, 12), 13, 14, 15)},
    "UNICODE": "utf-8",
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
    "UTF8": "utf-8",
    "GB 18030-2000": "gb18030",
    "KS X 1001": "euc_kr",
    "BIG-5": "big5",
    "ISO-8859-1": "iso-8859-1",
    "WINDOWS-1252": "cp1252",
}


class UnknownCharset(ValueError):
    """An error: the bytes are in no character set that MLLP or the feed allows."""


class Decoded(NamedTuple):
    """A message's text, in which character set it was; `fallback`: not the one declared or configured."""

    text: str
    charset: str
    bom: bool = False
    fallback: bool = False


def decoded(data: bytes, own: str, second: str) -> Decoded:
    """Decode a message. `own`, `second`: the feed's. Raises UnknownCharset."""
    bom = data.startswith(_BOM)
    data = data.removeprefix(_BOM)
    if data[:2] in _WIDE or b"\0" in data[:8]:
        raise UnknownCharset("UTF-16 or UTF-32: not allowed in MLLP")
    first = declared(data) or own
    for charset in dict.fromkeys((first, second)):
        try:
            return Decoded(data.decode(charset), charset, bom, charset != first)
        except UnicodeDecodeError:
            continue
    raise UnknownCharset(f"neither {first} nor {second}")


def declared(data: bytes) -> str:
    """Return the codec that MSH-18 names; empty when it names none that is known."""
    head = data.lstrip()[:4096].replace(b"\n", b"\r").partition(b"\r")[0]
    fields = head[4:].split(head[3:4] or b"|") if head[:3] == b"MSH" else []
    if len(fields) < 17:
        return ""
    repetitions = fields[16].decode("latin-1").upper().split(head[5:6].decode("latin-1") or "~")
    if any(each.strip() in _JAPANESE for each in repetitions):
        return "iso2022_jp_ext"
    return CODECS.get(repetitions[0].strip(), "")
