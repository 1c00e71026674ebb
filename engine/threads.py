"""Lets the CPU threads of numerical libraries share the machine with other programs."""

import os


def share_cpu() -> None:
    """Make threads that wait for each other sleep instead of spin. Call it before NumPy and torch are imported.

    OpenMP's threads spin at every barrier. Alone that is a little faster; beside other programs each barrier costs a
    whole time slice, and a training step took three to four times as long (two threads on two busy cores).

    NumPy's own threads (OpenBLAS) spin after each product too, and take the cores from the network: an image that was
    answered in 64 ms without them took 99 ms. The products here are small, and as quick in one thread.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
