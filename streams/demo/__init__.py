"""The demo: broker, topics, worker, pager and a simulated ward on this machine, and what comes of it on the
terminal.
"""
