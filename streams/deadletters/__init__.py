"""Dead letters: records that were refused, kept byte for byte with the reason, listed and sent again when
mended (wire.md, Topics).
"""
