"""Benchmarks: they print ratios and never fail on a time."""

from engine.threads import share_cpu

share_cpu()  # also those that are run as scripts; threads that spin would count as work
