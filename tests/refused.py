"""Expecting an `InputError` by its parts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from va_extractor.common.errors import Code, InputError


@contextmanager
def refused(code: Code, **parts: object) -> Iterator[pytest.ExceptionInfo[InputError]]:
    """Expect an error of this code whose problem has these parts (`file`, `line`, `field`, `found`, `hint`)."""
    with pytest.raises(InputError) as error:
        yield error
    problem = error.value.problem
    assert {"code": problem.code} | {name: getattr(problem, name) for name in parts} == {"code": code} | parts
