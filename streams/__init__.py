"""The corridor: bytes in and out, files, topics, pager, board and the command line.

It carries, and never judges.
"""
