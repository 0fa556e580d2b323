"""Format moments, points, shares and durations for pages and files."""

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from django.utils import timezone


def moment(value: datetime | None, zone: ZoneInfo | None = None) -> str:
    """“Fri, Oct 23, 3:00 pm EDT” in `zone` (default: the current zone), “” for None. It has no year."""
    if value is None:
        return ""
    local = value.astimezone(zone or timezone.get_current_timezone())
    return f"{local:%a}, {local:%b} {local.day}, {_clock(local)} {local.tzname()}"


def when(value: datetime | None, now: datetime) -> str:
    """“Today, 3:00 pm”, “Tomorrow, 8:00 am”, else “Fri, Oct 23, 3:00 pm”, in the current zone; “” for None."""
    if value is None:
        return ""
    zone = timezone.get_current_timezone()
    local = value.astimezone(zone)
    days = (local.date() - now.astimezone(zone).date()).days
    name = {0: "Today", 1: "Tomorrow"}.get(days) or day(value, zone)
    return f"{name}, {_clock(local)}"


def upcoming(value: datetime | None, now: datetime) -> str:
    """“today, 3:00 pm”, “Fri, 4:00 pm” in the next 6 days, else “Fri, Oct 23, 3:00 pm”; “” for None."""
    if value is None:
        return ""
    zone = timezone.get_current_timezone()
    local = value.astimezone(zone)
    days = (local.date() - now.astimezone(zone).date()).days
    name = "today" if days == 0 else f"{local:%a}" if 0 < days < 7 else day(value, zone)
    return f"{name}, {_clock(local)}"


def day(value: datetime | None, zone: ZoneInfo | None = None) -> str:
    """“Fri, Oct 23” in `zone`, “” for None."""
    if value is None:
        return ""
    local = value.astimezone(zone or timezone.get_current_timezone())
    return f"{local:%a}, {local:%b} {local.day}"


def clock(value: datetime | None, zone: ZoneInfo | None = None) -> str:
    """“3:00 pm” in `zone`, “” for None."""
    return "" if value is None else _clock(value.astimezone(zone or timezone.get_current_timezone()))


def points(value: Decimal | Fraction | float | None) -> str:
    """Points with at most two decimals and no trailing zeros: 7, 7.5, 7.33; “” for None."""
    if value is None:
        return ""
    text = format(_decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(value: Decimal | Fraction | float | None) -> str:
    """A share as a whole percentage, “73%”, rounded half up; “” for None."""
    return "" if value is None else f"{(_decimal(value) * 100).quantize(Decimal(1), ROUND_HALF_UP)}%"


def bar_width(value: Decimal | Fraction | float | None) -> str:
    """A share as the width of an SVG bar, 0 to 100."""
    return "0" if value is None else points(Fraction(value) * 100)


def duration(value: timedelta | None) -> str:
    """“45 minutes”, “1 hour 30 minutes”; “” for None."""
    if value is None:
        return ""
    hours, minutes = divmod(int(value.total_seconds()) // 60, 60)
    parts = [_counted(hours, "hour"), _counted(minutes, "minute")]
    return " ".join(part for part in parts if part) or "0 minutes"


def in_words(number: int) -> str:
    """A count in a sentence: “no” for 0, “one” to “nine”, then digits."""
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return words[number] if 0 <= number < len(words) else str(number)


def _decimal(value: Decimal | Fraction | float) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator) if isinstance(value, Fraction) else Decimal(value)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}" if number else ""


def _clock(local: datetime) -> str:
    return f"{local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}"
