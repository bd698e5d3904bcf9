"""Sending through LiteLLM, for providers that speak neither OpenAI's dialect nor Anthropic's.

LiteLLM translates; waiting, asking again and counting stay here, so its own retries are off.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from harness.models.api.faults import No, NoReplyError, Reply
from harness.models.api.http_client import Send


def load() -> Any:
    """Import LiteLLM, which else would fetch its price table from the network first."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    import litellm

    return litellm


@asynccontextmanager
async def open_client(base_url: str, timeout_s: float) -> AsyncIterator[Send]:
    """Open a client that hands bodies of OpenAI's form to LiteLLM.

    Args:
        base_url: an address to ask instead of the provider's own; empty for that.
        timeout_s: for one exchange.

    Yields:
        A function that sends a body and returns the whole response; it raises NoReplyError where none came.
    """
    litellm = load()
    litellm.suppress_debug_info = True
    further: dict[str, Any] = {"timeout": timeout_s, "num_retries": 0, "max_retries": 0}
    if base_url:
        further["api_base"] = base_url

    async def send(body: bytes) -> Reply:
        try:
            response = await litellm.acompletion(**json.loads(body), **further)
        except litellm.Timeout:
            raise NoReplyError(No.ANSWER, f"no answer within {timeout_s:g} s") from None
        except litellm.APIConnectionError as error:
            raise NoReplyError(No.CONNECTION, str(error)) from None
        except Exception as error:  # LiteLLM's classes share no base, but each tells the status
            status = getattr(error, "status_code", None)
            if not isinstance(status, int):
                raise
            headers = getattr(getattr(error, "response", None), "headers", None) or {}
            said = {"message": str(error), "code": str(getattr(error, "code", None) or type(error).__name__)}
            return Reply(status, headers, json.dumps({"error": said}).encode())
        return Reply(200, {}, json.dumps(response.model_dump(), default=str).encode())

    yield send
