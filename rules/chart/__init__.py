"""What is known of one patient. (New __init__, optional: the folder has none today.)"""
