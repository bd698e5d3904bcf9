"""The command line and the tiny model of the end-to-end tests, for tests that need both."""

from tests.endtoend.conftest import tiny_model, vaemo_eval

__all__ = ["tiny_model", "vaemo_eval"]
