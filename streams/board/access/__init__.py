"""Who may look and who may act: users with hashed passwords or a trusted proxy, sessions, tokens against
forged requests, a brake on guessing.
"""
