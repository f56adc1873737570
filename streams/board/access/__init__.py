"""Control access: authentication, sessions, request tokens and a brake on guessing passwords.

Users come from a file with hashed passwords or from a trusted proxy.
"""
