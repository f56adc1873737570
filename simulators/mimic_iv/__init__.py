"""Read MIMIC-IV's tables as events of the wire: what each item is, and how a careful reader interprets it
(docs/reference/mimic.md).
"""
