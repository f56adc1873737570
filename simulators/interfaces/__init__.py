"""Speak as a hospital's systems do: the records of a simulated ward as the messages they would have come in.

For tests and the demo: what cannot be said in a message of HL7 v2 stays a record of the wire.
"""
