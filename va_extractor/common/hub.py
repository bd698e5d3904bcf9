"""What is the same whenever the Hugging Face Hub is asked: the form of an id, and errors without a token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from va_extractor.common.credentials import redacted
from va_extractor.common.errors import InputError

HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)


@contextmanager
def asking_hub(repo: str) -> Iterator[None]:
    """Turn the Hub's errors inside the block into one that names the repository and contains no token.

    Raises:
        InputError: the Hub refuses or cannot be reached.
    """
    import httpx
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    try:
        yield
    except (HfHubHTTPError, HFValidationError, httpx.HTTPError, OSError, UnicodeError) as error:
        said = redacted((str(error).strip().splitlines() or [type(error).__name__])[0])
        raise InputError(f"the Hub failed: {said}", code="model", file=repo) from None
