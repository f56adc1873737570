"""Replay: a file of events published to Kafka as if it happened now, in order of `known`, paced (wire.md,
Command line).
"""
