"""Review the alarms of some weeks: counts, rates and times, without a patient's name. Needs pandas."""
