"""Everything that touches bytes, time or a screen: Kafka, services, files, the board and the command line.

It carries data and makes no clinical decision.
"""
