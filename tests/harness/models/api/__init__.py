"""Tests of asking models behind an API."""
