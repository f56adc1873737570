"""Advice of Tables 5 and 6 and the text, one module a theme (criteria.md section 7)."""
