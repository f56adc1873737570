"""Guideline packs as data: what each of several documents says, one module a pack (docs/spec/editions.md)."""
