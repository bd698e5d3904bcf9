"""Tests of what touches lm-eval's insides."""
