"""Which of several processes this one is, where torchrun started them to train one network together."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Rank:
    """A process and its place among the others."""

    number: int
    """0 for the first, which alone tells and keeps what comes of the training."""
    size: int
    """How many processes there are, on all computers."""
    local: int
    """Its number among those on its computer: the number of its GPU."""
    local_size: int
    node: int
    """The number of its computer."""

    @property
    def is_first(self) -> bool:
        return self.number == 0


def own_rank() -> Rank | None:
    """What torchrun says of this process; None where it trains alone."""
    try:
        number, size = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
        local, local_size = int(os.environ.get("LOCAL_RANK", number)), int(os.environ.get("LOCAL_WORLD_SIZE", size))
        node = int(os.environ.get("GROUP_RANK", "0"))
    except (KeyError, ValueError):
        return None
    return Rank(number, size, local, local_size, node) if size > 1 and "MASTER_ADDR" in os.environ else None


def is_first_process() -> bool:
    """Whether this process tells of what is done: it is alone, or the first of several."""
    rank = own_rank()
    return rank is None or rank.is_first
