"""Write moments as clinicians read them: in the site's time zone (criteria.md section 10)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from rules.guideline.site_choices import Shifts

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def clock_time(moment: int, shifts: Shifts) -> str:
    """Write a moment (ms) as `14:00`."""
    return _local(moment, shifts).strftime("%H:%M")


def day_and_time(moment: int, shifts: Shifts) -> str:
    """Write a moment (ms) as `Monday 14:00`."""
    local = _local(moment, shifts)
    return f"{WEEKDAYS[local.weekday()]} {local:%H:%M}"


def _local(moment: int, shifts: Shifts) -> datetime:
    return datetime.fromtimestamp(moment / 1000, ZoneInfo(shifts.timezone))
