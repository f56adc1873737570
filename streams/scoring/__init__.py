"""Run the engine over a simulated ward for the score: streaming, its alerts passed on as they are decided."""
