"""Lets the CPU threads of numerical libraries share the machine with other programs."""

import os


def share_cpu() -> None:
    """Make threads that wait for each other sleep instead of spin. Call it before torch is imported.

    OpenMP's threads spin at every barrier. Alone that is a little faster; beside other programs each barrier costs a
    whole time slice, and a training step took three to four times as long (two threads on two busy cores).
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
