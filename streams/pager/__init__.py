"""The pager: decide who is notified of an alert, when, and until it is acknowledged.

Pure functions on one paging state per patient decide (`policy`); a service of its own delivers (`delivery`,
`service`).
"""
