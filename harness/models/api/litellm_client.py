"""Send requests through LiteLLM, for providers with neither OpenAI's nor Anthropic's API.

LiteLLM only translates: its own retries are off.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from harness.models.api.faults import Reply, TransportError
from harness.models.api.http_client import Send


def load() -> Any:
    """Import LiteLLM without fetching its price table from the network."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    import litellm

    return litellm


@asynccontextmanager
async def open_client(base_url: str, timeout_s: float) -> AsyncIterator[Send]:
    """Open a client that hands bodies of OpenAI's form to LiteLLM.

    Args:
        base_url: an address instead of the provider's own; empty for the provider's.
        timeout_s: seconds for one exchange.

    Yields:
        A function that sends a body and returns the whole response; it raises TransportError if none came.
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
            raise TransportError("timeout", f"no answer within {timeout_s:g} s") from None
        except litellm.APIConnectionError as error:
            raise TransportError("connect", f"cannot connect: {error}") from None
        except Exception as error:  # LiteLLM's classes share no base, but each has the status
            status = getattr(error, "status_code", None)
            if not isinstance(status, int):
                raise
            headers = getattr(getattr(error, "response", None), "headers", None) or {}
            said = {"message": str(error), "code": str(getattr(error, "code", None) or type(error).__name__)}
            return Reply(status, headers, json.dumps({"error": said}).encode())
        return Reply(200, {}, json.dumps(response.model_dump(), default=str).encode())

    yield send
