"""Tests: they mirror the packages, and hold each against an oracle that is not its own output."""

import os

# Before any library starts its threads, here and in every process that a test starts: one test worker fills one core,
# and threads that wait for each other on a busy core take several times as long.
os.environ["OMP_NUM_THREADS"] = "1"
