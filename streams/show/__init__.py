"""How assessments, alerts and explanations look: rich text for people, JSON Lines for programs.

Everything works from plain dicts.
"""
