"""How a page leaves: one module a kind of receiver, each with one verb, `send`.

What is owed, to whom and when, the pager decides.
"""
