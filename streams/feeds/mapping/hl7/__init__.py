"""Decode and map HL7 v2: one module a message type."""
