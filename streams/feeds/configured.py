"""Make the rules of each feed from the configuration's `[feeds.NAME]` tables."""

from __future__ import annotations

from pathlib import Path

import msgspec

from streams.config.feeds import FeedTable, tables
from streams.config.section import SiteFile
from streams.errors import UsageError
from streams.feeds import map_files
from streams.feeds.mapping.feed_rules import FeedRules
from streams.feeds.mapping.patients import PatientRules


def feeds(file: SiteFile) -> dict[str, tuple[FeedTable, FeedRules]]:
    """Return every feed's table with its rules. Raises UsageError naming file, line and key."""
    found = {}
    all_tables = tables(file)
    keeps_beds = any(table.beds for table in all_tables.values())
    for name, table in all_tables.items():
        try:
            made = rules(name, table, Path(file.name).parent)
            found[name] = (table, msgspec.structs.replace(made, keeps_beds=keeps_beds))
        except UsageError as error:
            file.blame(("feeds", name, "map"), str(error))
    return found


def rules(name: str, table: FeedTable, beside: Path, imported: bool = False) -> FeedRules:
    """Return the rules of one feed. Raises UsageError for a map that cannot be read."""
    return FeedRules(
        name=name,
        codes=map_files.loaded(table.map or map_files.DEFAULT, beside),
        units=table.units,
        time_zone=table.time_zone,
        charset=table.charset,
        second_charset=table.second_charset,
        patient=PatientRules(table.patient.authorities, table.patient.types),
        processing_ids=table.processing_ids,
        ignored=table.ignore,
        raw=table.raw,
        empty_status=table.empty_status,
        x_with_value=table.x_with_value,
        sentinels=table.sentinels,
        decimal_comma=table.decimal_comma,
        id_time=table.id_time,
        message_time=table.message_time,
        rxa20_missing=table.rxa20_missing or "",
        unmapped=table.unmapped,
        max_message=table.largest,
        base_url=table.base_url or "",
        imported=imported or table.replay,
        by_bed=table.beds == "adt",
        keeps_beds=table.beds == "adt",
    )
