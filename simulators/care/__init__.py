"""Care: what nurses and doctors see each quarter of an hour, and do. One file a protocol; `team` holds them together."""
