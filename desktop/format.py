"""Numbers as people read them: durations, shares, percentages, counts."""

from engine import wording

NONE = "\N{EN DASH}"
"""Stands where there is no number."""


def count(number: int) -> str:
    """With a thousands separator: "10,015"."""
    return f"{number:,}"


def count_of(number: int, singular: str, plural: str | None = None) -> str:
    """A count with its noun: "1 image", "10,015 images"."""
    return wording.count(number, singular, plural)


def duration(seconds: float) -> str:
    """Rounded to what matters: "8 s", "17 min", "1 h 5 min", "2 days 3 h"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes = round(whole / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(round(whole / 3600), 24)
    in_days = f"{days} day{'' if days == 1 else 's'}"
    return f"{in_days} {hours} h" if hours else in_days


def time_left(seconds: float | None) -> str:
    """ "17 min left"; empty while nobody can tell."""
    return "" if seconds is None else f"{duration(seconds)} left"


def share(value: float | None) -> str:
    """A share of 0..1 with three decimals, "0.812"; a dash where there is none."""
    return NONE if value is None else f"{value:.3f}"


def percent(value: float | None) -> str:
    """A share of 0..1 as a percentage: "81 %", "0.4 %"; never "0 %" or "100 %" for what is not quite that."""
    if value is None:
        return NONE
    if 0 < value < 0.0005:
        return "< 0.1 %"
    if 0.9995 <= value < 1:
        return "> 99.9 %"
    if 0 < value < 0.01 or 0.99 < value < 1:
        return f"{100 * value:.1f} %"
    return f"{100 * value:.0f} %"
