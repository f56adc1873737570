"""List refused records, kept byte for byte with their reason, and send them again when mended.

Source: wire.md, Topics.
"""
