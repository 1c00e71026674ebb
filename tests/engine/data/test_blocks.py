"""Work on independent blocks."""

import threading
import time

import pytest
import torch

from engine.data.blocks import cut, work_on


def test_blocks_cover_everything_once() -> None:
    """Also where the last one is shorter, or there is nothing."""
    assert cut(7, 3) == [slice(0, 3), slice(3, 6), slice(6, 7)]
    assert cut(0, 3) == []


def test_answers_come_in_the_order_of_the_blocks() -> None:
    """Whichever is ready first: the first waits here until the second is done."""
    second_done = threading.Event()

    def work(block: slice) -> int:
        if block.start == 0:
            second_done.wait(0.5)
        if block.start == 1:
            second_done.set()
        return int(block.start)

    assert list(work_on(cut(5, 1), work)) == [0, 1, 2, 3, 4]


def test_each_block_is_computed_by_one_thread_and_the_setting_is_put_back() -> None:
    """So sums are rounded alike on any machine, and what computes afterwards has its threads again."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        assert set(work_on(cut(4, 1), lambda _: torch.get_num_threads())) == {1}
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_an_error_ends_the_others_and_a_reader_may_leave() -> None:
    """Blocks that were not begun are not worked on, so that a search can be cancelled."""
    begun = []

    def work(block: slice) -> None:
        begun.append(block.start)
        time.sleep(0.001)
        if block.start == 3:
            raise ValueError("here")

    with pytest.raises(ValueError, match="here"):
        list(work_on(cut(20_000, 1), work))
    assert len(begun) < 20_000
    begun.clear()
    answers = work_on([block for block in cut(20_000, 1) if block.start != 3], work)
    next(answers)
    answers.close()
    assert len(begun) < 20_000
