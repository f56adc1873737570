"""The pages as markup: pure functions from what is to be seen to HTML.

Whatever comes from outside is escaped by the one that writes elements.
"""
