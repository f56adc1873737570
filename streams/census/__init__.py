"""How the ward stands, as metrics: reads the latest assessment of every patient and counts.

Says nothing of any one patient.
"""
