"""Write the handover of a shift: what the next one must know of each patient. Pure."""
