"""Ctrl-C, and what becomes of a key."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from harness.cli import main
from harness.models.api.limits import NO_LIMITS
from harness.models.api.model import open_model
from tests.harness.models.api.conftest import Told, model, requests
from tests.harness.models.api.fault_server import Act, FaultServer, completion, error, label_of
from va_extractor.common.errors import InputError

PROMPTS = [f"item {n}" for n in range(200)]
CANARY = "sk-canary-0123456789abcdef"


def interrupt_when(server: FaultServer, asked: int, then: float = 0.0) -> threading.Thread:
    """Send this process what Ctrl-C sends, some seconds after so many requests came."""

    def watch() -> None:
        while sum(server.asked.values()) < asked:
            time.sleep(0.005)  # the server counts; it signals nothing
        time.sleep(then)  # so that the second Ctrl-C comes while the first is heeded
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    return thread


def test_ctrl_c_once_finishes_what_is_in_flight(capsys: pytest.CaptureFixture[str]) -> None:
    with FaultServer(lambda *_: Act(after=0.3)) as server:
        lm = model(server, num_concurrent=8)
        lm.cache_hook = told = Told()
        watch = interrupt_when(server, 20)
        answers = lm.generate_until(requests(PROMPTS))
        watch.join()
        asked = sum(server.asked.values())
    got = [answer for answer in answers if answer.missing is None]
    assert len(answers) == len(PROMPTS)
    assert len(got) == len(told.answers) == asked < len(PROMPTS)
    assert lm.stopped == "stopped by Ctrl-C"
    assert {answer.missing for answer in answers} == {None, "not asked: stopped by Ctrl-C"}
    assert "finishing 8 requests in flight" in capsys.readouterr().err
    with pytest.raises(KeyboardInterrupt):  # the key means what it meant before
        signal.raise_signal(signal.SIGINT)


def test_ctrl_c_twice_leaves_what_is_in_flight() -> None:
    with FaultServer(lambda prompt, _: Act("hang") if prompt == "item 9" else Act()) as server:
        lm = model(server, num_concurrent=4)
        for then in (0.3, 0.8):
            interrupt_when(server, len(PROMPTS), then)
        begin = time.monotonic()
        answers = lm.generate_until(requests(PROMPTS))
        assert time.monotonic() - begin < 60
    assert str(answers[9].missing).startswith("not answered: stopped before the answer arrived")
    assert [answer.text for answer in answers[:9]] == [label_of(prompt) for prompt in PROMPTS[:9]]


def test_a_line_now_and_then_goes_to_a_file_and_to_standard_error_only(tmp_path: Path) -> None:
    """Ask in a process of its own whose standard error is a file."""
    program = (
        "import json, sys\n"
        "from types import SimpleNamespace\n"
        "from harness.models.api import progress\n"
        "from harness.models.api.model import open_model\n"
        "from harness.models.api.limits import NO_LIMITS\n"
        "progress._LINE_S = 0.1\n"
        "name = 'local-chat-completions'\n"
        "lm = open_model(name, name, {'base_url': sys.argv[1], 'model': 'm', 'num_concurrent': 2}, NO_LIMITS)\n"
        "ask = [SimpleNamespace(args=(json.dumps([{'role': 'user', 'content': str(n)}]), {})) for n in range(20)]\n"
        "lm.generate_until(ask)\n"
    )
    with FaultServer(lambda *_: Act(after=0.05)) as server:
        done = subprocess.run(
            [sys.executable, "-c", program, server.url], capture_output=True, text=True, check=True, cwd=Path.cwd()
        )
    assert done.stdout == ""
    assert " of 20 answered, " in done.stderr
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize(
    ("backend", "variable"), [("openai", "OPENAI_API_KEY"), ("anthropic", "ANTHROPIC_API_KEY"), ("local", "MY_KEY")]
)
@pytest.mark.parametrize("status", [200, 401, 500])
def test_a_key_is_in_no_file_log_or_error(
    backend: str,
    variable: str,
    status: int,
    *,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """The server says the key back in its error, as some do."""
    monkeypatch.setenv(variable, CANARY)
    monkeypatch.chdir(tmp_path)

    def answer(request: dict[str, object]) -> dict[str, object]:
        return {
            "choices": [{"message": {"content": "joy"}, "finish_reason": "stop"}],
            "content": [{"type": "text", "text": "joy"}],
            "stop_reason": "end_turn",
        }

    wrong = error(status, f"Incorrect API key provided: {CANARY}; header Bearer {CANARY}", key=CANARY)
    name = "local-chat-completions" if backend == "local" else f"{backend}/m"
    more = ",model=m,key_variable=MY_KEY" if backend == "local" else ""
    with FaultServer(lambda *_: Act() if status == 200 else wrong, answer) as server:
        code = main([
            *("--model", name, "--tasks", "iimi_basic", "--limit", "3"),
            *("--model_args", f"base_url={server.url},max_retries=2{more}"),
        ])  # fmt: skip
    sent = server.headers
    assert CANARY in json.dumps(sent), "the key reached the server"
    printed = "".join(capfd.readouterr())
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert code == (0 if status == 200 else 2)
    assert CANARY not in printed
    assert "canary" not in printed
    if status != 200:
        assert "Incorrect API key provided: ***" in printed
        assert len(printed.strip().splitlines()[-1]) < 400
    else:
        assert any(path.name == "run.json" for path in written)
    for path in written:
        assert b"canary" not in path.read_bytes(), path
        assert "canary" not in str(path)


def test_a_local_server_is_sent_no_key_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    with FaultServer() as server:
        model(server).generate_until(requests(["a"]))
        assert "authorization" not in server.headers


def test_a_proxys_password_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Aiohttp writes the proxy's whole address into the error of a proxy that refuses."""
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)

    class Refusing(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            self.send_error(407)

    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        monkeypatch.setenv("HTTPS_PROXY", f"http://u:{CANARY}@127.0.0.1:{proxy.server_port}")
        lm = open_model("openai/x", "openai", {"model": "x", "base_url": "https://api.test.example", "max_retries": 2},
                        NO_LIMITS)  # fmt: skip
        with pytest.raises(InputError) as caught:
            lm.generate_until(requests(["a"]))
        proxy.shutdown()
    assert "407 Proxy Authentication Required" in str(caught.value)
    assert "canary" not in str(caught.value)
    monkeypatch.setenv("HTTPS_PROXY", f"u:{CANARY}@127.0.0.1:9")
    with pytest.raises(InputError) as caught:
        lm.generate_until(requests(["a"]))
    assert (caught.value.problem.code, caught.value.problem.field) == ("type", "https_proxy")
    assert "canary" not in str(caught.value)


def test_what_a_server_calls_its_model_is_recorded_without_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", CANARY)
    with FaultServer(answer=lambda request: completion(request) | {"model": f"m-{CANARY}"}) as server:
        lm = model(server, key_variable="MY_KEY")
        lm.generate_until(requests(["a"]))
        assert lm.get_model_info() == {"model_sha": "m-***"}
