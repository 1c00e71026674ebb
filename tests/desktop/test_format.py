"""Numbers as people read them."""

import pytest

from desktop import format as words


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (-3, "0 s"),
        (8.4, "8 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (90, "2 min"),
        (17 * 60, "17 min"),
        (3599, "1 h"),
        (3900, "1 h 5 min"),
        (86_399, "1 day"),
        (86_400 * 2 + 3600 * 3, "2 days 3 h"),
    ],
)
def test_durations_are_rounded_to_what_matters(seconds: float, said: str) -> None:
    """Never "60 min", never more than two units."""
    assert words.duration(seconds) == said


def test_time_left_is_silent_while_unknown() -> None:
    """No guess is shown as no guess."""
    assert words.time_left(None) == ""
    assert words.time_left(61) == "1 min left"


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.0, "0 %"), (0.0001, "< 0.1 %"), (0.004, "0.4 %"), (0.814, "81 %"), (0.996, "99.6 %"), (0.9999, "> 99.9 %")],
)
def test_percentages_never_claim_certainty(value: float, said: str) -> None:
    """Only nothing is 0 % and only all is 100 %."""
    assert words.percent(value) == said


def test_counts_and_shares() -> None:
    """Thousands separator, three decimals, a dash for nothing."""
    assert words.count(10_015) == "10,015"
    assert words.count_of(1, "lesion") == "1 lesion"
    assert words.count_of(7_470, "lesion") == "7,470 lesions"
    assert words.count_of(2, "diagnosis", "diagnoses") == "2 diagnoses"
    assert words.share(0.8123) == "0.812"
    assert words.share(None) == words.percent(None) == words.NONE
    assert words.percent(1.0) == "100 %"
