"""How each type of row is evaluated. (New __init__, optional: the folder has none today.)"""
