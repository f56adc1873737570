"""Read the site's guideline configuration from the file that `--config` or IL2WATCH_CONFIG names."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from streams.errors import UsageError

if TYPE_CHECKING:
    from rules.guideline import Guideline
    from streams.config.section import SiteFile

CONFIG = "IL2WATCH_CONFIG"


def guideline(path: str | None, allow_draft: bool = False) -> Guideline:
    """Return the guideline with a site's configuration (`path`, else `IL2WATCH_CONFIG`, else none).

    Raises UsageError naming key and line; and, unless `allow_draft`, where a draft pack would decide.
    """
    from rules.guideline import SCHWARTZENTRUBER_2001

    named = path or os.environ.get(CONFIG)
    if not named:
        return SCHWARTZENTRUBER_2001
    configured, fault = checked(named)
    if configured is None:
        raise UsageError(f"{named}: {fault}")
    if not allow_draft:
        refuse_draft(configured, named)
    return configured


def refuse_draft(configured: Guideline, named: str) -> None:
    """Raise UsageError where a pack that decides, or may decide, is a draft."""
    from rules.guideline.settings.packs import draft_fault

    fault = draft_fault(configured)
    if fault is not None:
        raise UsageError(f"{named}: {fault}")


def offline(path: str | None, edition: str | None, overlays: list[str], allow_draft: bool) -> Guideline:
    """Return the guideline of an offline command: `edition` decides, `overlays` stand beside.

    Raises UsageError for a pack that there is not, and, unless `allow_draft`, for a draft that decides.
    """
    if edition is None and not overlays:
        return guideline(path, allow_draft=True) if allow_draft else guideline(path)
    from rules.guideline.settings.packs import BadPacks, with_editions

    try:
        found = with_editions(guideline(path, allow_draft=True), edition, overlays)
    except BadPacks as fault:
        raise UsageError(f"--{fault.key}: {fault}") from None
    if not allow_draft:
        refuse_draft(found, f"--edition {edition}" if edition else path or "the configuration")
    return found


def checked(path: str) -> tuple[Guideline, None] | tuple[None, str]:
    """Return the guideline with a configuration, or its error: key and line.

    Raises UsageError when the file cannot be read at all.
    """
    content = text(path)
    from rules.guideline import ConfigError, load

    try:
        return load(content), None
    except ConfigError as error:
        return None, str(error)


def opened(path: str | None) -> SiteFile | None:
    """Return the configuration (`path`, else `IL2WATCH_CONFIG`) with the line of each key; None without one.

    Raises UsageError when it cannot be read or is not TOML.
    """
    named = path or os.environ.get(CONFIG)
    if not named:
        return None
    from streams.config.section import parsed

    return parsed(text(named), named)


HINT = f"; --config or {CONFIG} names the site configuration"


def text(path: str, hint: str = HINT) -> str:
    """Return a configuration file's text. Raises UsageError when it cannot be read or is not UTF-8."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not UTF-8 text; is it a TOML file?") from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}{hint}") from None
