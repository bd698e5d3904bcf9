"""Cost of the answer cache, and time saved by sending each distinct request once.

Run `python -m benchmarks.answers [--repeats 5]`. A loopback server answers each request after 50 ms; our API client
sends 64 at once, with and without the cache in turn. Prompts are those of the tasks on the shipped SYNTHETIC features;
equal prompts are sent once.
"""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LATENCY_S = 0.05
AT_ONCE = 64
REQUESTS = 6_400
TASKS = "iimi_basic,emotic_complex,emotic_describe,norms_term"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    logging.disable(logging.WARNING)
    with _server() as url:
        _cost(url, repeats)
    _saved()


def _cost(url: str, repeats: int) -> None:
    ideal = REQUESTS / AT_ONCE * LATENCY_S
    _ask(url, None)  # warms both sides
    seconds: dict[str, list[float]] = {"without": [], "cached": []}
    cpu: dict[str, list[float]] = {name: [] for name in seconds}
    for number in range(repeats):
        for name in sorted(seconds, reverse=bool(number % 2)):
            with tempfile.TemporaryDirectory(dir=".") as folder:
                took, used = _ask(url, Path(folder) if name == "cached" else None)
            seconds[name].append(took)
            cpu[name].append(used / REQUESTS * 1e6)
    _say(f"{REQUESTS:,} requests of {LATENCY_S * 1e3:g} ms, {AT_ONCE} at once; ideal {ideal:.2f} s")
    _say(f"{'':18} {'s':>6} {'CPU us a request':>17} {'ratio':>7}  goal")
    for name, taken in seconds.items():
        ratio = statistics.median(one / other for one, other in zip(taken, seconds["without"], strict=True))
        _say(f"{name:18} {statistics.median(taken):6.2f} {statistics.median(cpu[name]):17.0f} {ratio:7.3f}  under 1.05")


def _ask(url: str, folder: Path | None) -> tuple[float, float]:
    """Ask every request; return seconds and seconds of CPU time."""
    from contextlib import ExitStack, closing

    from lm_eval.api.instance import Instance

    from harness.models.api.limits import ApiSettings
    from harness.models.api.model import open_model
    from harness.models.cache.key import model_key
    from harness.models.cache.model import CachedLM
    from harness.models.cache.store import FILE, AnswerCache

    arguments = {"model": "m", "base_url": url, "num_concurrent": AT_ONCE}
    lm: Any = open_model(
        "local-chat-completions", "local-chat-completions", arguments, ApiSettings(concurrency=AT_ONCE)
    )
    messages = [json.dumps([{"role": "user", "content": f"{'x' * 600} {number}"}]) for number in range(REQUESTS)]
    given = {"until": ["\n"], "max_gen_toks": 16, "do_sample": False}
    requests = [
        Instance("generate_until", {}, (text, given), 0, metadata=("task", number, 1))
        for number, text in enumerate(messages)
    ]
    with ExitStack() as stack:
        if folder is not None:
            cache = stack.enter_context(closing(AnswerCache(folder / FILE)))
            lm = CachedLM(lm, cache, model_key("m", None, "local", arguments), (0, 0, 0))
        began, used = time.perf_counter(), time.process_time()
        answers = lm.generate_until(requests)
        took = time.perf_counter() - began, time.process_time() - used
    assert len(answers) == REQUESTS
    assert all(answer.missing is None for answer in answers)
    return took


def _saved() -> None:
    """Print what is asked once though several items need it."""
    from harness.commands import run
    from harness.runs.plan import plan

    config = run.config(run.parser().parse_args(["--model", "openai/gpt-4o", "--tasks", TASKS]))
    _say("")
    _say(f"{'de-duplication':18} {'requests':>9} {'equal':>6} {'saved':>7}")
    for task in plan(config, AT_ONCE, LATENCY_S).tasks:
        _say(f"{task.task:18} {task.requests:9,} {task.equal:6,} {task.equal / task.requests:7.1%}")


@contextmanager
def _server() -> Iterator[str]:
    """Serve in another process."""
    context = multiprocessing.get_context("spawn")
    told, telling = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(telling,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{told.recv()}/v1"
    finally:
        process.terminate()
        process.join()


def _serve(telling: Any) -> None:
    import asyncio

    from aiohttp import web

    said = {"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "joy"}}],
            "usage": {"prompt_tokens": 150, "completion_tokens": 1}}  # fmt: skip
    body = json.dumps(said).encode()

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        await asyncio.sleep(LATENCY_S)
        return web.Response(body=body, content_type="application/json")

    async def serve() -> None:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        telling.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(serve())


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    os.environ.setdefault("OPENAI_API_KEY", "none")
    main()
