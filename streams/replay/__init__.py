"""Publish a file of events to Kafka as if it happened now, in order of `known`, paced.

Source: wire.md, Command line.
"""
