"""Item ids."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from va_extractor.identity import item_id


def test_is_the_beginning_of_the_sha256_of_salt_and_parts() -> None:
    assert item_id("s", "a", 1) == hashlib.sha256(b'["s", "a", 1]').hexdigest()[:20]


@given(st.lists(st.text() | st.integers(), unique_by=repr, max_size=4), st.text())
def test_different_parts_or_salts_give_different_ids(parts: list[str | int], salt: str) -> None:
    one = item_id(salt, *parts)
    assert one == item_id(salt, *parts)
    assert one != item_id(salt + "x", *parts)
    assert one != item_id(salt, *parts, "")
    if len(parts) > 1:
        assert one != item_id(salt, *parts[::-1])
