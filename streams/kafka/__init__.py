"""Kafka: settings, topics, clients and readers, and the base of the Faust services."""
