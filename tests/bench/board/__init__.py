"""How the board does with a ward of 500 and an event a second of each: how far behind the page is, and what
the server takes.
"""
