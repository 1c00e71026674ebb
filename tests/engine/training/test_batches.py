"""What an epoch shows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.config import NOTEBOOK_MULTIPLIERS, Balancing
from engine.training.batches import class_shares, count_positions, draw_epoch, split_batches

_BALANCINGS: tuple[Balancing, ...] = ("none", "sqrt", "equal", "notebook")
_labels = st.lists(st.integers(0, 6), min_size=2, max_size=200).map(lambda labels: np.array(labels, dtype=np.int64))


@given(
    labels=_labels, balancing=st.sampled_from(_BALANCINGS), seed=st.integers(0, 2**32 - 1), epoch=st.integers(1, 1000)
)
def test_each_row_is_drawn_as_often_as_its_class_asks_for(
    labels: np.ndarray, balancing: Balancing, seed: int, epoch: int
) -> None:
    """Each row stands in the epoch its expected number of times, rounded down or up, no more in all."""
    drawn = draw_epoch(labels, balancing, seed, epoch)
    assert len(drawn) == count_positions(labels, balancing)
    shares, sizes = np.array(class_shares(labels, balancing)), np.bincount(labels, minlength=7)
    expected = len(drawn) * shares[labels] / sizes[labels]
    counts = np.bincount(drawn, minlength=len(labels))
    assert (np.abs(counts - expected) < 1 + 1e-9).all()


@pytest.mark.parametrize("balancing", _BALANCINGS)
def test_an_epoch_depends_on_seed_and_epoch_alone(balancing: Balancing) -> None:
    """The same list each time it is asked for; another epoch or seed gives another."""
    labels = np.arange(70) % 7
    first = draw_epoch(labels, balancing, 1, 1)
    assert (first == draw_epoch(labels, balancing, 1, 1)).all()
    assert (first != draw_epoch(labels, balancing, 1, 2)).any()
    assert (first != draw_epoch(labels, balancing, 2, 1)).any()


def test_the_order_of_an_epoch_never_changes_unnoticed() -> None:
    """The list is the same on every system and version: these numbers are part of what a config means."""
    labels = np.repeat(np.arange(4), [1, 2, 3, 6])
    assert draw_epoch(labels, "equal", 7, 1).tolist() == [8, 3, 4, 2, 1, 0, 5, 0, 1, 9, 0, 10]


def test_drawing_is_without_bias() -> None:
    """Over many epochs each row is seen as often as expected, and class shares in each are those promised."""
    labels = np.repeat(np.arange(7), [3, 5, 11, 2, 11, 60, 2]).astype(np.int64)
    shares = np.array(class_shares(labels, "sqrt"))
    counts = np.zeros(len(labels))
    for epoch in range(1, 401):
        drawn = draw_epoch(labels, "sqrt", 0, epoch)
        counts += np.bincount(drawn, minlength=len(labels))
        of_class = np.bincount(labels[drawn], minlength=7)
        assert (np.abs(of_class - shares * len(labels)) < 1 + 1e-9).all()
    expected = 400 * len(labels) * shares[labels] / np.bincount(labels)[labels]
    np.testing.assert_allclose(counts, expected, rtol=0.15)


def test_shares_are_what_the_balancings_promise() -> None:
    """As they occur, by square root, all the same, or by the notebook's multipliers; absent classes have none."""
    labels = np.repeat([0, 5], [10, 90]).astype(np.int64)
    assert class_shares(labels, "none") == pytest.approx((0.1, 0, 0, 0, 0, 0.9, 0))
    assert class_shares(labels, "sqrt")[5] == pytest.approx(0.75)
    assert class_shares(labels, "equal") == pytest.approx((0.5, 0, 0, 0, 0, 0.5, 0))
    assert class_shares(labels, "notebook")[0] == pytest.approx(150 / 240)


def test_notebook_repeats_every_row_by_its_multiplier() -> None:
    """The notebook's copies, exactly, but within the training part."""
    labels = np.arange(7)
    drawn = draw_epoch(labels, "notebook", 3, 2)
    assert np.bincount(drawn, minlength=7).tolist() == list(NOTEBOOK_MULTIPLIERS)


@given(n_positions=st.integers(2, 3000), batch_size=st.integers(2, 1024))
def test_batches_cover_every_position_once(n_positions: int, batch_size: int) -> None:
    """No position is lost or shown twice, and no batch holds a single image."""
    batches = split_batches(n_positions, batch_size)
    covered = [position for batch in batches for position in range(batch.start, batch.stop)]
    assert covered == list(range(n_positions))
    sizes = [batch.stop - batch.start for batch in batches]
    assert min(sizes) >= 2
    assert max(sizes) <= max(batch_size, 3)
    assert max(sizes) - min(sizes) <= 1
