"""`--repeats`: several answers of a sampling model to each item, from asking to `rescore`."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.making import write_rows

if TYPE_CHECKING:
    from tests.endtoend.conftest import Command

SAMPLING = "do_sample=true,temperature=1.0,max_gen_toks=8"


def test_a_sampling_model_is_asked_again_and_everything_is_scored_from_the_samples(
    vaemo_eval: Command, tiny_model: Path
) -> None:
    tasks = ("iimi_basic", "emotic_complex", "emotic_describe", "va_trajectory_describe")
    arguments = ("--model", tiny_model, "--device", "cpu", "--limit", "4", "--gen_kwargs", SAMPLING, "--seed", "3")
    done = vaemo_eval(*arguments, "--tasks", ",".join(tasks), "--repeats", "3")
    assert done.code == 0, done.err
    assert (done.record.repeats, done.record.usage.requests) == (3, 3 * 4 * 4)
    assert "each item answered 3 times" in " ".join(done.out.split())
    for name in tasks:
        rows = done.samples(name)
        assert all(len(row["repeats"]) == 2 for row in rows)
        assert any(row["repeats"][0] != row["repeats"][1] for row in rows)
        for score in done.record.tasks[name].metrics.values():
            if score.sampling is not None and score.value is not None:
                assert score.value == pytest.approx(sum(score.sampling.values) / 3)
    assert vaemo_eval("rescore", done.folder).code == 0
    same = vaemo_eval("compare", done.folder, done.folder)
    assert (same.code, same.err) == (0, "")
    other = vaemo_eval(*arguments[:-1], "4", "--tasks", ",".join(tasks), "--repeats", "2")
    compared = vaemo_eval("compare", done.folder, other.folder)
    assert compared.code == 0, compared.err
    assert "3 and 2 repeats" in " ".join(compared.out.split())
    once = vaemo_eval(*arguments, "--tasks", "iimi_basic")
    assert [row["answer"] for row in once.samples("iimi_basic")] == [
        row["answer"] for row in done.samples("iimi_basic")
    ]
    greedy = vaemo_eval("--model", tiny_model, "--device", "cpu", "--limit", "4", "--tasks", "iimi_basic",
                        "--gen_kwargs", "max_gen_toks=8")  # fmt: skip
    sampled = done.record.tasks["iimi_basic"]
    assert greedy.record.tasks["iimi_basic"].task_hash == sampled.task_hash  # of the task, not of the command line
    mixed = vaemo_eval("compare", done.folder, greedy.folder, "--tasks", "iimi_basic")
    assert mixed.code == 0, mixed.err
    said = " ".join(mixed.out.split())
    assert "--gen_kwargs do_sample=True, max_gen_toks=8, temperature=1.0 against max_gen_toks=8" in said
    for name in ("iimi_basic", "emotic_describe"):
        file = done.folder / "samples" / f"{name}.jsonl.gz"
        rows = done.samples(name)
        rows[1]["repeats"][1]["text"] = "Joy, and more of it."
        write_rows(file, rows)
    changed = vaemo_eval("rescore", done.folder)
    assert changed.code == 1
    assert "emotic_describe: item" in changed.out
    rows[2]["repeats"] = []
    write_rows(file, rows)
    uneven = vaemo_eval("rescore", done.folder)
    assert (uneven.code, f"{file.name}:3: repeats: " in uneven.err) == (2, True)


@pytest.fixture
def seeds_seen() -> Iterator[tuple[str, list[int]]]:
    """Serve chat completions that say the seed they were sent, or `joy` when cold; yield the address and the seeds."""
    seen: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            seen.append(sent["seed"])
            text = str(sent["seed"]) if sent["temperature"] > 0.5 else "joy"
            said = {"choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        def log_message(self, format: str, *args: object) -> None:
            """Print nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1/chat/completions", seen
        server.shutdown()


def test_a_server_is_sent_another_seed_in_each_repeat(vaemo_eval: Command, seeds_seen: tuple[str, list[int]]) -> None:
    address, seen = seeds_seen
    arguments = (
        *("--model", "local-chat-completions", "--tasks", "iimi_basic,norms_term", "--limit", "2", "--repeats", "2"),
        *("--model_args", f"base_url={address},model=m,seed=7,num_concurrent=1,max_retries=1"),
    )
    done = vaemo_eval(*arguments, "--gen_kwargs", "do_sample=true,temperature=0.7")
    assert done.code == 0, done.err
    assert seen == [7, 7, 8, 8] * 2
    assert [[one["text"] for one in row["repeats"]] for row in done.samples("norms_term")] == [["8"]] * 2
    assert "came out alike" not in done.out
    cold = vaemo_eval(*arguments, "--gen_kwargs", "do_sample=true,temperature=0.1")
    assert "iimi_basic: every repeat came out alike" in cold.out


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--model", "vllm", "--tasks", "iimi_basic"], ["greedily", "iimi_basic", "do_sample=true"]),
        (["--model", "vllm", "--tasks", "iimi_basic", "--gen_kwargs", "temperature=0.7"], ["do_sample=False"]),
        (["--model", "vllm", "--tasks", "iimi_basic", "--gen_kwargs", "do_sample=true"], ["temperature=0.0"]),
        (
            ["--model", "vllm", "--tasks", "iimi_basic", "--gen_kwargs", "do_sample=true,temperature=hot"],
            ["temperature=hot"],
        ),
        (["--model", "vllm", "--tasks", "iimi_basic", "--gen_kwargs", f"{SAMPLING},seed=1"], ["--gen_kwargs seed"]),
        (["--model", "vllm", "--tasks", "iimi_basic_mc", "--gen_kwargs", SAMPLING], ["iimi_basic_mc", "likelihood"]),
        (["--model", "baseline:uniform", "--tasks", "iimi_basic", "--gen_kwargs", SAMPLING], ["baseline:uniform"]),
        (["--model", "vllm", "--tasks", "iimi_basic", "--repeats", "0"], ["found 0"]),
    ],
)
def test_what_comes_out_alike_every_time_is_not_repeated(
    vaemo_eval: Command, arguments: list[str], named: list[str]
) -> None:
    done = vaemo_eval("--repeats", "4", *arguments)
    assert done.code == 2, done.out
    [line] = done.err.strip().splitlines()
    assert line.startswith("vaemo-eval: ")
    assert all(word in line for word in ["--repeats", *named]), line
