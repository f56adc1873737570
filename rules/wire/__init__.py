"""Typed messages in and out, instants and vocabulary. Imports nothing else of the rules."""
