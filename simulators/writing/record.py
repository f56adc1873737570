"""A record of the feed: when it could be known, and its bytes."""

from __future__ import annotations

Record = tuple[int, bytes]
"""(`known` in ms since the Unix epoch, one JSON object without its line end). A feed is records in order of `known`."""
