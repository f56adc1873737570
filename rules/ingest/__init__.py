"""Decode records: bytes to events, with schema, validation and units."""
