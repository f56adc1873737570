"""Bytes to events: schema, validation, units."""
