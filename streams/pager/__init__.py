"""The pager: whom an alert is told, when, and until who has heard.

Decided by pure functions on a book a patient; carried by a service of its own.
"""
