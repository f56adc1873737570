"""Deliver a page to a receiver: one module per kind of channel, each with one method, `send`.

The pager decides what is sent, to whom and when.
"""
