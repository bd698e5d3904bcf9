"""lm-eval's `think_end_token` does not take a thought away before our reader sees it."""

from __future__ import annotations

from typing import Any

import pytest

from harness.models import back_ends
from va_extractor.common.errors import InputError


class Thinker:
    """A back end with lm-eval's setting."""

    think_end_token: str | int | None = None

    @classmethod
    def create_from_arg_obj(cls, args: dict[str, Any], options: dict[str, Any]) -> Thinker:
        made = cls()
        made.think_end_token = args.get("think_end_token")
        return made


@pytest.fixture(autouse=True)
def _thinker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(back_ends, "get_model", lambda name: Thinker)


@pytest.mark.parametrize(("given", "kept"), [("</think>", None), ("<end of musing>", "<end of musing>"), (None, None)])
def test_a_marker_that_our_reader_knows_is_left_to_it(given: str | None, kept: str | None) -> None:
    lm: Any = back_ends.create_model("hf", {"think_end_token": given}, {})
    assert lm.think_end_token == kept


def test_a_marker_by_its_number_is_refused() -> None:
    with pytest.raises(InputError) as error:
        back_ends.create_model("hf", {"think_end_token": 200008}, {})
    assert (error.value.problem.code, error.value.problem.field) == ("unsupported", "--model_args think_end_token")
