"""Care: what nurses and doctors see each quarter of an hour, and do, protocol by protocol; `team` holds them
together.
"""
