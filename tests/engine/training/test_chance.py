"""Random numbers that depend on nothing but seed, epoch and purpose."""

from engine.training.chance import Purpose, stream


def test_streams_are_repeated_exactly_and_never_shared() -> None:
    """The same key gives the same numbers; another seed, epoch or purpose gives others."""
    keys = [(seed, epoch, purpose) for seed in (0, 1, 2**32 - 1) for epoch in (1, 2, 1000) for purpose in Purpose]
    numbers = [stream(*key).random() for key in keys]
    assert numbers == [stream(*key).random() for key in keys]
    assert len(set(numbers)) == len(keys)


def test_the_numbers_never_change_unnoticed() -> None:
    """They are part of what a config means, on every system."""
    assert stream(1, 1, Purpose.DRAWING).random(2).tolist() == [0.9445163037220623, 0.6625740562635433]
