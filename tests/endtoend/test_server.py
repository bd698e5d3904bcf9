"""A real OpenAI-compatible server on the loopback address, through `--model local-chat-completions`."""

from __future__ import annotations

import hashlib
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.record.judge import JudgeRecord
from tests.harness.models.api.fault_server import Act, FaultServer, drawn, error

if TYPE_CHECKING:
    from tests.endtoend.conftest import Command

START_S = 120


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the tiny model by `transformers serve`; yield the server's address."""
    port = _free_port()
    log = tmp_path_factory.mktemp("server") / "log"
    program = Path(sys.executable).parent / "transformers"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(program), "serve", str(tiny_model), "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(START_S * 2):
            assert process.poll() is None, log.read_text(encoding="utf-8")
            try:
                urllib.request.urlopen(f"{address}/health", timeout=2).close()
                break
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.5)  # a server of another process tells no other way that it is up
        else:
            pytest.fail(log.read_text(encoding="utf-8"))
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def test_generation_tasks_run_through_a_chat_server(vaemo_eval: Command, server: str, tiny_model: Path) -> None:
    done = vaemo_eval(
        *("--model", "local-chat-completions", "--tasks", "vaemo,norms_term", "--limit", "2"),
        *("--model_args", f"base_url={server}/v1/chat/completions,model={tiny_model},num_concurrent=1,max_retries=2"),
        *("--gen_kwargs", "max_gen_toks=6"),
        OPENAI_API_KEY="sk-canary-0123456789",
    )
    assert done.code == 0, done.err
    run = done.record
    assert run.apply_chat_template
    assert run.usage.requests == 8
    assert all(task.items == 2 for task in run.tasks.values())
    assert run.model.args["base_url"] == f"{server}/v1/chat/completions"
    written = run.model_dump_json() + "".join(str(done.samples(name)) for name in run.tasks)
    assert "canary" not in written + done.out + done.err
    assert vaemo_eval("rescore", done.folder).code == 0
    described = vaemo_eval("--model", "baseline:knn", "--tasks", "emotic_describe", "--limit", "2")
    judge = vaemo_eval(
        *("judge", described.folder, "--model", "local-chat-completions", "--gen_kwargs", "max_gen_toks=3"),
        *("--model_args", f"base_url={server}/v1/chat/completions,model={tiny_model},num_concurrent=1,max_retries=2"),
        OPENAI_API_KEY="sk-canary-0123456789",
    )
    assert judge.code == 0, judge.err
    written = (described.folder / "judge.json").read_text(encoding="utf-8")
    assert "canary" not in written + judge.out + judge.err
    assert JudgeRecord.model_validate_json(written).apply_chat_template


def test_arguments_in_a_providers_own_form_are_sent_and_recorded(vaemo_eval: Command) -> None:
    given = {"reasoning": {"effort": "low"}, "max_gen_toks": 64}
    with FaultServer() as server:
        done = vaemo_eval(
            *("--model", "local-chat-completions", "--tasks", "iimi_basic", "--limit", "2"),
            *("--model_args", f"base_url={server.url},model=m", "--gen_kwargs", json.dumps(given)),
        )
    assert done.code == 0, done.err
    assert [request["reasoning"] for request in server.requests] == [{"effort": "low"}] * 2
    assert done.record.gen_kwargs == given
    assert vaemo_eval("report", done.folder).code == 0


def test_a_dead_server_is_one_line(vaemo_eval: Command) -> None:
    done = vaemo_eval(
        *("--model", "local-chat-completions", "--tasks", "iimi_basic", "--limit", "1"),
        *("--model_args", f"base_url=http://127.0.0.1:{_free_port()}/v1/chat/completions,model=m,max_retries=1"),
    )
    assert done.code == 2
    assert "Traceback" not in done.err
    line = done.err.strip().splitlines()[-1]
    assert line.startswith("vaemo-eval: http://127.0.0.1:")
    assert "cannot connect" in line


def test_faults_before_a_real_server_change_no_answer(
    vaemo_eval: Command, server: str, tiny_model: Path, tmp_path: Path
) -> None:
    """A proxy fails half of all requests to it in its way; the others it hands on."""

    def ask(request: dict[str, Any]) -> dict[str, Any]:
        there = urllib.request.Request(
            f"{server}/v1/chat/completions", json.dumps(request).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(there, timeout=120) as response:
            answer: dict[str, Any] = json.load(response)
        return answer

    def run(address: str) -> list[object]:
        done = vaemo_eval(
            *("--model", "local-chat-completions", "--tasks", "iimi_basic", "--limit", "6"),
            *("--model_args", f"base_url={address}/v1,model={tiny_model},num_concurrent=2"),
            *("--gen_kwargs", "max_gen_toks=6", "--output_path", str(tmp_path / address[-5:])),
        )
        assert done.code == 0, done.err
        return [sample["answer"] for sample in done.samples("iimi_basic")]

    with FaultServer(drawn(0.5, 0.0), ask) as proxy:
        through = run(proxy.url.removesuffix("/v1"))
        assert sum(proxy.asked.values()) > len(proxy.asked) == 6
        assert proxy.asked_again == 0
    assert through == run(server)


def test_questions_that_stay_refused_do_not_keep_a_run_from_its_end(vaemo_eval: Command) -> None:
    def refused(prompt: str) -> bool:
        return hashlib.sha256(prompt.encode()).digest()[1] % 8 == 0

    with FaultServer(lambda prompt, _: error(400, "weird request") if refused(prompt) else Act()) as server:
        run = ("--model", "local-chat-completions", "--model_args", f"base_url={server.url},model=tiny",
               "--tasks", "iimi_basic", "--limit", "40")  # fmt: skip
        first = vaemo_eval(*run)
        assert first.code == 3, first.err
        assert "missing: weird request (HTTP status 400)" in first.out
        asked = dict(server.asked)
        again = vaemo_eval(*run, "--allow-missing")
        assert again.code == 0, again.err
    assert 0 < sum(map(refused, asked)) < len(asked)
    assert {prompt for prompt, count in server.asked.items() if count > asked[prompt]} == set(filter(refused, asked))
    assert again.folder != first.folder
    accuracy = again.record.tasks["iimi_basic"].metrics["accuracy"]
    assert accuracy.value is not None
    assert "over the other items only" in str(accuracy.note)
