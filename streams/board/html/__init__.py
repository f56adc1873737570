"""Render the pages: pure functions from view models to HTML.

Text from outside is escaped in `element`.
"""
