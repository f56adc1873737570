"""The bedside: courses and wards to watch, made by rule and seed; and real ones, read from research tables
(mimic).
"""
