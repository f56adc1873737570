"""Events to bytes, and bytes to disk: the same course is the same file, byte for byte."""
