"""Clients that send one request body: over HTTP, or through LiteLLM."""

from __future__ import annotations

import ipaddress
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from yarl import URL

from harness.models.api.faults import Reply, TransportError
from va_extractor.common.errors import InputError

Send = Callable[[bytes], Awaitable[Reply]]
_CONNECT_S = 30.0


@asynccontextmanager
async def open_http(url: str, headers: dict[str, str], timeout_s: float, *, verify: bool = True) -> AsyncIterator[Send]:
    """Open a client that sends bodies to one address, over as many connections as are needed.

    Args:
        url: the address.
        headers: of every request.
        timeout_s: seconds for one whole exchange.
        verify: whether to check the server's certificate.

    Yields:
        A function that sends a body and returns the whole response; it raises TransportError if none came.

    Raises:
        InputError: the environment names a proxy that is not an address.
    """
    address = URL(url)
    proxy = _proxy(url)
    headers = {"Content-Type": "application/json", "User-Agent": "vaemo-eval", **headers}
    timeout = aiohttp.ClientTimeout(total=timeout_s, sock_connect=min(_CONNECT_S, timeout_s))
    connector = aiohttp.TCPConnector(limit=0, ttl_dns_cache=300, ssl=verify)
    no_cookies = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, headers=headers, cookie_jar=no_cookies
    ) as session:

        async def send(body: bytes) -> Reply:
            try:
                async with session.post(address, data=body, proxy=proxy, allow_redirects=False) as response:
                    return Reply(response.status, response.headers, await response.read())
            except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
                raise TransportError("connect", f"cannot connect: {_reason(error)}") from None
            except TimeoutError:
                raise TransportError("timeout", f"no whole answer within {timeout_s:g} s") from None
            except (aiohttp.ClientError, OSError) as error:
                raise TransportError("closed", f"the connection broke: {_reason(error)}") from None

        yield send


def load_litellm() -> Any:
    """Import LiteLLM without fetching its price table from the network."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    import litellm

    return litellm


@asynccontextmanager
async def open_litellm(base_url: str, timeout_s: float) -> AsyncIterator[Send]:
    """Open a client that hands bodies of OpenAI's form to LiteLLM.

    Args:
        base_url: an address instead of the provider's own; empty for the provider's.
        timeout_s: seconds for one exchange.

    Yields:
        A function that sends a body and returns the whole response; it raises TransportError if none came.
    """
    litellm = load_litellm()
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


def _reason(error: BaseException) -> str:
    if isinstance(error, aiohttp.ClientResponseError):  # from a proxy; its text holds the proxy's password
        return f"{error.status} {error.message}"
    if isinstance(error, aiohttp.InvalidURL):
        return "not a valid address"
    cause = getattr(error, "os_error", None) or error
    return getattr(cause, "strerror", None) or str(cause) or type(cause).__name__


def _proxy(url: str) -> str | None:
    """Return the environment's proxy for an address; None for this machine itself."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    proxy = None if _loopback(host) or proxy_bypass(host) else getproxies().get(parts.scheme)
    if proxy is not None and (urlsplit(proxy).scheme not in ("http", "https") or not urlsplit(proxy).hostname):
        raise InputError("not an address like http://HOST:PORT", code="type", field=f"{parts.scheme}_proxy")
    return proxy


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
