"""The engine over a simulated ward, as the score needs it: streaming, its alerts given away as they are
decided.
"""
