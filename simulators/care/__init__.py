"""Simulate care: what nurses and doctors observe every 15 min, and do, protocol by protocol; `team` combines
the protocols.
"""
