"""The board in a browser. A package, so that what its tests share ends after the last of them."""
