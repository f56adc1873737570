"""Hold what a feed's configuration says, as the mapping needs it (docs/spec/feeds.md, Configuration)."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from streams.feeds.mapping.code_map import CodeMap
from streams.feeds.mapping.patients import PatientRules

Raw = Literal["final", "preliminary"]
XWithValue = Literal["refuse", "final"]
Unmapped = Literal["count", "keep"]


class FeedRules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of one feed. `time_zone`: for times without one; None: they are refused.

    `imported`: a replay of captured messages: events say when they were known. `ignored`: message types that
    are taken and give nothing, as `ORM` or `ORM^O01`. `by_bed`: readings without a patient id are given to
    who lies in their bed; `keeps_beds`: some feed does that. `kept`: what was made by these rules of fields
    as they were sent, for they come again and again (`hl7.observation`).
    """

    name: str
    codes: CodeMap
    units: dict[str, str] = {}
    time_zone: str | None = None
    charset: str = "ascii"
    second_charset: str = "iso-8859-1"
    patient: PatientRules = PatientRules()
    processing_ids: tuple[str, ...] = ("P",)
    ignored: tuple[str, ...] = ()
    raw: Raw = "preliminary"
    empty_status: Literal["refuse", "final"] = "refuse"
    x_with_value: XWithValue = "refuse"
    sentinels: tuple[float, ...] = ()
    decimal_comma: bool = False
    id_time: bool = False
    message_time: bool = False
    rxa20_missing: str = ""
    unmapped: Unmapped = "count"
    max_message: int = 4 << 20
    base_url: str = ""
    imported: bool = False
    by_bed: bool = False
    keeps_beds: bool = False
    kept: dict[tuple[object, ...], Any] = {}

    def __post_init__(self) -> None:
        """Begin anew with what is kept: rules that replace others make something else of the same fields."""
        msgspec.structs.force_setattr(self, "kept", {})
