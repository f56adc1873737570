"""Kafka: where it is, its topics, clients and readers, and the base that the Faust services stand on."""
