"""Format moments, points, shares, durations and names for pages and files, in the language of the page."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import get_language_bidi, gettext, gettext_lazy, ngettext, pgettext, pgettext_lazy

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# A text, or one that is translated when a page shows it.
type Label = str | _StrPromise

# Inside a day and a time of day, so that no line ends between “Oct” and “23”, or between “3:00” and “pm”.
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
FIRST_STRONG_ISOLATE = "\N{FIRST STRONG ISOLATE}"
POP_DIRECTIONAL_ISOLATE = "\N{POP DIRECTIONAL ISOLATE}"
# Before the sound of i, Spanish says “e” for “and”: “Ana e Inés”, but “agua y hielo”.
_SOUND_OF_I = re.compile(r"\W*h?[ií](?![aeoáéó])", re.IGNORECASE)
# Before the sound of o, “u” for “or”: “siete u ocho”, “7 u 8”, “10 u 11”.
_SOUND_OF_O = re.compile(r"\W*(?:h?[oó]|8|11(?!\d))", re.IGNORECASE)
# A notice that names more is long on a phone, and the page itself shows each of them.
MAX_NAMES = 10
WEEKDAYS = (
    pgettext_lazy("day of the week", "Mon"),
    pgettext_lazy("day of the week", "Tue"),
    pgettext_lazy("day of the week", "Wed"),
    pgettext_lazy("day of the week", "Thu"),
    pgettext_lazy("day of the week", "Fri"),
    pgettext_lazy("day of the week", "Sat"),
    pgettext_lazy("day of the week", "Sun"),
)
MONTHS = (
    pgettext_lazy("short month", "Jan"),
    pgettext_lazy("short month", "Feb"),
    pgettext_lazy("short month", "Mar"),
    pgettext_lazy("short month", "Apr"),
    pgettext_lazy("short month", "May"),
    pgettext_lazy("short month", "Jun"),
    pgettext_lazy("short month", "Jul"),
    pgettext_lazy("short month", "Aug"),
    pgettext_lazy("short month", "Sep"),
    pgettext_lazy("short month", "Oct"),
    pgettext_lazy("short month", "Nov"),
    pgettext_lazy("short month", "Dec"),
)


def moment(value: datetime | None, zone: ZoneInfo | None = None) -> str:
    """“Fri, Oct 23, 3:00 pm EDT” in `zone` (default: the current zone), “” for None. It has no year."""
    if value is None:
        return ""
    local = value.astimezone(zone or timezone.get_current_timezone())
    return f"{_day(local)}, {wall_clock(local)} {_zone(local)}"


def dated_moment(value: datetime | None, zone: ZoneInfo | None = None) -> str:
    """“Fri, Oct 23, 2026, 3:00 pm EDT” in `zone`, for records that are kept for years; “” for None."""
    if value is None:
        return ""
    local = value.astimezone(zone or timezone.get_current_timezone())
    return f"{_day_of_year(local)}, {wall_clock(local)} {_zone(local)}"


def dated_day(value: datetime | None, zone: ZoneInfo | None = None) -> str:
    """“Fri, Oct 23, 2026” in `zone`, for records that are kept for years; “” for None."""
    if value is None:
        return ""
    return _day_of_year(value.astimezone(zone or timezone.get_current_timezone()))


def zone_name(value: datetime) -> str:
    """“EDT”, the name of the current zone at this moment. For a page with times that do not name it."""
    return _zone(value.astimezone(timezone.get_current_timezone()))


def when(value: datetime | None, now: datetime) -> str:
    """“today, 3:00 pm”, “tomorrow, 8:00 am”, else “Fri, Oct 23, 3:00 pm”, in the current zone; “” for None."""
    if value is None:
        return ""
    zone = timezone.get_current_timezone()
    local = value.astimezone(zone)
    return f"{near_day(local, now)}, {wall_clock(local)}"


def near_day(local: datetime, now: datetime) -> str:
    """“today”, “tomorrow”, else “Fri, Oct 23”, in the zone of the local time."""
    days = (local.date() - now.astimezone(local.tzinfo).date()).days
    return {0: gettext("today"), 1: gettext("tomorrow")}.get(days) or _day(local)


def upcoming(value: datetime | None, now: datetime) -> str:
    """“today, 3:00 pm”, “Fri, 4:00 pm” in the next 6 days, else “Fri, Oct 23, 3:00 pm”; “” for None."""
    if value is None:
        return ""
    zone = timezone.get_current_timezone()
    local = value.astimezone(zone)
    days = (local.date() - now.astimezone(zone).date()).days
    if days == 0:
        name = gettext("today")
    elif 0 < days < 7:
        name = str(WEEKDAYS[local.weekday()])
    else:
        name = _day(local)
    return f"{name}, {wall_clock(local)}"


def day(value: datetime | None, zone: ZoneInfo | None = None) -> str:
    """“Fri, Oct 23” in `zone`, “” for None."""
    if value is None:
        return ""
    return _day(value.astimezone(zone or timezone.get_current_timezone()))


def clock(value: datetime | None, zone: ZoneInfo | None = None) -> str:
    """“3:00 pm” in `zone`, “” for None."""
    return "" if value is None else wall_clock(value.astimezone(zone or timezone.get_current_timezone()))


def wall_clock(local: datetime) -> str:
    """The time of day of a local time, “3:00 pm”."""
    half = pgettext("time of day", "am") if local.hour < 12 else pgettext("time of day", "pm")
    return f"{local.hour % 12 or 12}:{local:%M}{NO_BREAK_SPACE}{half}"


def points(value: Decimal | Fraction | float | None) -> str:
    """Points with at most two decimals and no trailing zeros: 7, 7.5, 7.33; “” for None."""
    if value is None:
        return ""
    text = format(_decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(value: Decimal | Fraction | float | None) -> str:
    """A share as a whole percentage, “73%”, rounded half up; “” for None."""
    return "" if value is None else f"{whole_percent(value)}%"


def whole_percent(value: Decimal | Fraction | float) -> int:
    """A share in percent, rounded half up: 73."""
    return int((_decimal(value) * 100).quantize(Decimal(1), ROUND_HALF_UP))


def percent_number(value: Decimal | Fraction | float | None) -> float | None:
    """A share in percent for a file, with one decimal, rounded half up: 73.3; None for None."""
    return None if value is None else float((_decimal(value) * 100).quantize(Decimal("0.1"), ROUND_HALF_UP))


def points_number(value: Decimal | Fraction | float | None) -> float | None:
    """Points for a file, with at most four decimals, as a stored score has them: 0.6667; None for None."""
    return None if value is None else float(_decimal(value).quantize(Decimal("0.0001"), ROUND_HALF_UP))


def bar_width(value: Decimal | Fraction | float | None) -> str:
    """A share as the width of an SVG bar, 0 to 100."""
    return "0" if value is None else points(Fraction(value) * 100)


def duration(value: timedelta | None) -> str:
    """“45 minutes”, “1 hour 30 minutes”, “22 minutes 30 seconds”; “” for None."""
    if value is None:
        return ""
    all_minutes, seconds = divmod(int(value.total_seconds()), 60)
    hours, minutes = divmod(all_minutes, 60)
    parts = []
    if hours:
        parts.append(ngettext("{count} hour", "{count} hours", hours).format(count=hours))
    if minutes or not hours:
        parts.append(ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes))
    if seconds:
        parts.append(ngettext("{count} second", "{count} seconds", seconds).format(count=seconds))
    return " ".join(parts)


def min_left(count: int) -> str:
    """“12 min left”, for a clock; “Time’s up” for 0. Spanish has another verb for 1."""
    if count == 0:
        return gettext("Time’s up")
    return ngettext("{count} min left", "{count} min left", count).format(count=count)


def listed(texts: Sequence[str]) -> str:
    """“A”, “A and B”, “A, B, and C”; “” for none."""
    is_before_i = bool(texts) and _SOUND_OF_I.match(texts[-1])
    if len(texts) < 3:
        return (pgettext("before the sound of i", " and ") if is_before_i else gettext(" and ")).join(texts)
    text = gettext("{others}, and {last}")
    if is_before_i:
        text = pgettext("before the sound of i", "{others}, and {last}")
    return text.format(others=", ".join(texts[:-1]), last=texts[-1])


def either(texts: Sequence[str]) -> str:
    """“A”, “A or B”, “A or B or C”; “” for none."""
    text = "".join(texts[:1])
    for following in texts[1:]:
        is_before_o = _SOUND_OF_O.match(following)
        text += pgettext("before the sound of o", " or ") if is_before_o else gettext(" or ")
        text += following
    return text


def listed_names(names: Sequence[str]) -> str:
    """The names as `listed`, each `isolated`, at most 10 of them: “A, B, and 3 more”."""
    more = len(names) - MAX_NAMES
    rest = [gettext("{count} more").format(count=more)] if more > 0 else []
    return listed([*map(isolated, names[:MAX_NAMES]), *rest])


def isolated(name: str) -> str:
    """A name for the middle of a sentence. If it is written in the other direction, it has U+2068 and U+2069 around it.

    So it keeps its period and does not reorder the words beside it, in attributes and mails too, where no <bdi> can be.
    """
    # Most names, on pages that students load often.
    if name.isascii() and not get_language_bidi():
        return name
    other = {"L"} if get_language_bidi() else {"R", "AL"}
    is_other = any(unicodedata.bidirectional(character) in other for character in name)
    return f"{FIRST_STRONG_ISOLATE}{name}{POP_DIRECTIONAL_ISOLATE}" if is_other else name


def without_isolates(text: str) -> str:
    """The text without the characters of `isolated` at its ends: a name copied from a sentence of a page has them."""
    return text.strip().strip(FIRST_STRONG_ISOLATE + POP_DIRECTIONAL_ISOLATE).strip()


def grouped(count: int) -> str:
    """A count with a comma between thousands, “1,171”, as schools in the United States write it in Spanish too."""
    return f"{count:,}"


def up_to(characters: int) -> Label:
    """The error of a text that is longer, in the language of the page that shows it."""
    return format_lazy(gettext_lazy("Use up to {count} characters."), count=grouped(characters))


def _decimal(value: Decimal | Fraction | float) -> Decimal:
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / Decimal(value.denominator)
    # A float is the shortest number that reads as it: the one nearest to 0.575 is below that, and would round down.
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def _day(local: datetime) -> str:
    return gettext("{weekday}, {month} {day}").format(**_day_names(local)).replace(" ", NO_BREAK_SPACE)


def _day_of_year(local: datetime) -> str:
    return gettext("{weekday}, {month} {day}, {year}").format(**_day_names(local), year=local.year)


def _zone(local: datetime) -> str:
    """The short name of the zone, “EDT”. Zones without one, such as Nepal’s “+0545”, have “GMT+5:45”."""
    name = str(local.tzname())
    if name[0] not in "+-":
        return name
    sign, hours, minutes = name[0], int(name[1:3]), name[3:]
    return f"GMT{sign}{hours}:{minutes}" if minutes else f"GMT{sign}{hours}"


def _day_names(local: datetime) -> dict[str, Label | int]:
    return {"weekday": WEEKDAYS[local.weekday()], "month": MONTHS[local.month - 1], "day": local.day}
