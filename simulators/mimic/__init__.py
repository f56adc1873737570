"""MIMIC-IV's own tables as events of the wire: what each item is, and what a careful reader makes of it
(docs/reference/mimic.md).
"""
