"""Tests: they mirror the packages, and hold each against an oracle that is not its own output."""
