"""Store the cells of the pages with their revisions, so that a client that reconnects gets only the changes.

Pure.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any, NamedTuple

MOST_GONE = 2000


class Cell(NamedTuple):
    """Markup, and the revision in which it last changed."""

    markup: str
    revision: int


class CellStore:
    """Cells by row.

    `revision` grows with every change, from `start` on; `attributes`: what rows are sorted and filtered by.
    """

    def __init__(self, start: int = 0) -> None:
        self.revision = start
        self.rows: dict[str, dict[str, Cell]] = {}
        self.attributes: dict[str, tuple[Mapping[str, Any], int]] = {}
        self.newest: dict[str, int] = {}
        self.gone: deque[tuple[int, str]] = deque(maxlen=MOST_GONE)
        self.forgotten = start

    def put(self, key: str, cells: Mapping[str, str], attributes: Mapping[str, Any]) -> bool:
        """Store a row; return whether anything of it changed."""
        stored = self.rows.setdefault(key, {})
        changed = [
            name for name, markup in cells.items() if name not in stored or stored[name].markup != markup
        ]
        known = self.attributes.get(key)
        if not changed and known is not None and known[0] == attributes:
            return False
        self.revision += 1
        for name in changed:
            stored[name] = Cell(str(cells[name]), self.revision)
        if known is None or known[0] != attributes:
            self.attributes[key] = (dict(attributes), self.revision)
        self.newest[key] = self.revision
        return True

    def remove(self, key: str) -> bool:
        """Remove a row; return whether there was one."""
        if self.rows.pop(key, None) is None:
            return False
        self.attributes.pop(key, None)
        self.newest.pop(key, None)
        self.revision += 1
        if len(self.gone) == MOST_GONE:
            self.forgotten = self.gone[0][0]
        self.gone.append((self.revision, key))
        return True

    def since(self, revision: int) -> dict[str, Any]:
        """Return what changed after a revision.

        `all`: `rows` holds every row there is, so any other is to be removed.
        """
        complete = revision <= self.forgotten or revision > self.revision
        if complete:
            revision = self.forgotten
        rows = [self._row(key, revision) for key, newest in self.newest.items() if newest > revision]
        gone = [key for when, key in self.gone if when > revision and key not in self.rows]
        return {"rows": rows, "gone": gone, "all": complete}

    def _row(self, key: str, revision: int) -> dict[str, Any]:
        cells = {name: cell.markup for name, cell in self.rows[key].items() if cell.revision > revision}
        attributes, changed = self.attributes[key]
        return {"key": key, "cells": cells} | ({"is": attributes} if changed > revision else {})
