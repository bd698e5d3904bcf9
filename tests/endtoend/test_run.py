"""The main job on what ships: numbers, marks, records, and what happens when something is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from sklearn.metrics import accuracy_score, average_precision_score, f1_score

from harness.tasks.catalogue import find
from tests.making import read_rows, write_rows
from va_extractor.sample import SHIPPED

if TYPE_CHECKING:
    from tests.endtoend.conftest import Command

LABEL_TASKS = "iimi_basic,iimi_basic_mc,emotic_complex,emotic_complex_mc,norms_term,norms_term_mc,norms_term_vad"
DEMO = "iimi_basic,emotic_complex,emotic_describe,norms_term"


def test_the_main_job_prints_the_table_and_marks_the_sample(vaemo_eval: Command) -> None:
    done = vaemo_eval("--model", "baseline:prototype", "--tasks", DEMO, "--limit", "100")
    assert done.code == 0, done.err
    assert "Traceback" not in done.err
    for word in ("95 % interval", "chance", "majority", "prototype", "own_auc", "SYNTHETIC SAMPLE"):
        assert word in done.out
    assert done.out.rstrip().splitlines()[-1].startswith("SYNTHETIC SAMPLE")
    run = done.record
    assert run.synthetic
    assert {name: task.features.synthetic for name, task in run.tasks.items()} == {
        "iimi_basic": True,
        "emotic_complex": True,
        "emotic_describe": True,
        "norms_term": False,
    }
    assert run.tasks["emotic_complex"].excluded == {"no_face": 14}
    assert run.tasks["emotic_describe"].reference_kind == "synthetic"
    assert vaemo_eval("rescore", done.folder).code == 0


def test_accuracy_and_f1_equal_scikit_learns_on_the_samples(vaemo_eval: Command) -> None:
    done = vaemo_eval("--model", "baseline:gaussian", "--tasks", "iimi_basic,emotic_complex_mc")
    assert done.code == 0, done.err
    rows = done.samples("iimi_basic")
    gold = [row["item"]["labels"][0] for row in rows]
    said = [row["answer"]["text"] for row in rows]
    metrics = done.record.tasks["iimi_basic"].metrics
    assert metrics["accuracy"].value == pytest.approx(accuracy_score(gold, said))
    assert metrics["macro_f1"].value == pytest.approx(f1_score(gold, said, average="macro"))
    task = done.record.tasks["emotic_complex_mc"]
    rows = done.samples("emotic_complex_mc")
    truth = [[label in row["item"]["labels"] for label in task.labels] for row in rows]
    scores = [row["answer"]["loglikelihoods"] for row in rows]
    assert task.metrics["mean_ap"].value == pytest.approx(average_precision_score(truth, scores, average="macro"))


def test_the_right_answer_scores_one_on_every_task(vaemo_eval: Command) -> None:
    done = vaemo_eval("--model", "baseline:oracle", "--tasks", f"{LABEL_TASKS},emotic_describe", "--limit", "120")
    assert done.code == 0, done.err
    for name, task in done.record.tasks.items():
        best = "cosine" if task.kind == "description" else task.main_score
        assert task.metrics[best].value == pytest.approx(1.0), name
    assert done.record.tasks["emotic_describe"].metrics["own_auc"].value == pytest.approx(1.0)


def test_random_answers_score_chance(vaemo_eval: Command) -> None:
    done = vaemo_eval("--model", "baseline:uniform", "--tasks", LABEL_TASKS, "--limit", "120")
    assert done.code == 0, done.err
    for name, task in done.record.tasks.items():
        score = task.metrics[task.main_score]
        assert score.interval is not None
        assert score.chance is not None
        assert score.interval.low <= score.chance <= score.interval.high, name


@pytest.mark.parametrize("model", ["majority", "top5", "all", "gaussian", "knn", "logistic"])
def test_every_baseline_answers_a_set_task_and_is_parsed(vaemo_eval: Command, model: str) -> None:
    done = vaemo_eval("--model", f"baseline:{model}", "--tasks", "emotic_complex", "--limit", "60")
    assert done.code == 0, done.err
    task = done.record.tasks["emotic_complex"]
    assert (task.items, task.answers.ok) == (60, 60)


def test_rescoring_finds_a_changed_answer_score_and_record(vaemo_eval: Command) -> None:
    done = vaemo_eval("--model", "baseline:prototype", "--tasks", "iimi_basic", "--limit", "50")
    file = done.folder / "samples" / "iimi_basic.jsonl.gz"
    rows = read_rows(file)
    rows[3]["answer"]["text"] = "anger" if rows[3]["parsed"]["labels"] != ["anger"] else "fear"
    write_rows(file, rows)
    changed = vaemo_eval("rescore", done.folder)
    assert changed.code == 1
    assert rows[3]["item"]["item_id"] in changed.out


def test_rescoring_finds_a_number_changed_in_the_fourth_decimal(vaemo_eval: Command) -> None:
    done = vaemo_eval("--model", "baseline:prototype", "--tasks", "iimi_basic", "--limit", "50")
    path = done.folder / "run.json"
    run = json.loads(path.read_text(encoding="utf-8"))
    run["tasks"]["iimi_basic"]["metrics"]["macro_f1"]["value"] += 0.0001
    path.write_text(json.dumps(run), encoding="utf-8")
    changed = vaemo_eval("rescore", done.folder)
    assert (changed.code, changed.out.count("value: macro_f1: ")) == (1, 1)


def test_features_of_ones_own_are_used_and_not_called_synthetic(vaemo_eval: Command, tmp_path: Path) -> None:
    import pyarrow as pa

    from va_extractor.dataset import write_split
    from va_extractor.schema import Provenance

    table = pq.read_table(SHIPPED / "iimi" / "test.parquet")
    human = table.set_column(table.schema.get_field_index("va_source"), "va_source", pa.array(["human"] * len(table)))
    given = Provenance(source="iimi", title="look-alike", licence="none", citation="none", original_scale=(-1, 1))
    write_split(human, given, tmp_path / "mine", "test")
    done = vaemo_eval("--model", "baseline:prototype", "--tasks", "iimi_basic", VAEMO_FEATURES=str(tmp_path / "mine"))
    assert done.code == 0, done.err
    features = done.record.tasks["iimi_basic"].features
    assert (features.id, features.synthetic, features.va_source, features.fitted_on) == (
        "mine",
        False,
        ("human",),
        None,
    )
    assert "SYNTHETIC" not in done.out


WRONG: list[tuple[str, list[str], list[str]]] = [
    ("unknown task", ["--model", "baseline:prototype", "--tasks", "iimi_basik"], ["iimi_basik", "iimi_basic"]),
    ("unknown model", ["--model", "basline", "--tasks", "iimi_basic"], ["basline", "baseline"]),
    ("unknown baseline", ["--model", "baseline:protoype", "--tasks", "iimi_basic"], ["prototype"]),
    ("unfit baseline", ["--model", "baseline:top5", "--tasks", "iimi_basic"], ["top5", "iimi_basic"]),
    (
        "no train split",
        ["--model", "baseline:prototype", "--tasks", "norms_term", "--num_fewshot", "2"],
        ["norms_term"],
    ),
    (
        "missing features",
        ["--model", "baseline:prototype", "--tasks", "iimi_basic", "--features", "nowhere"],
        ["nowhere"],
    ),
    (
        "no such embedder",
        ["--model", "baseline:all", "--tasks", "emotic_describe", "--embedder", "x"],
        ["emotic_describe"],
    ),
    (
        "an embedder that nothing needs",
        ["--model", "baseline:prototype", "--tasks", "iimi_basic,norms_term", "--embedder", "/nonexist"],
        ["--embedder", "/nonexist", "iimi_basic, norms_term", "remove"],
    ),
    (
        "chat template of a baseline",
        ["--model", "baseline:prototype", "--tasks", "iimi_basic", "--apply_chat_template"],
        ["--apply_chat_template", "baseline:prototype", "no chat template"],
    ),
    ("bad limit", ["--model", "baseline:prototype", "--tasks", "iimi_basic", "--limit", "-3"], ["--limit"]),
    ("no limit", ["--model", "baseline:prototype", "--tasks", "iimi_basic", "--limit", "nan"], ["--limit", "nan"]),
    (
        "endless limit",
        ["--model", "baseline:prototype", "--tasks", "iimi_basic", "--limit", "1e30"],
        ["--limit", "1e+30"],
    ),
    (
        "examples below none",
        ["--model", "baseline:prototype", "--tasks", "iimi_basic", "--num_fewshot", "-1"],
        ["--num_fewshot", "-1"],
    ),
    (
        "more examples than there are",
        ["--model", "baseline:prototype", "--tasks", "iimi_basic", "--num_fewshot", "100000"],
        ["--num_fewshot", "100000", "iimi_basic", "has 420 items"],
    ),
    *(
        (
            "generation arguments",
            ["--model", "vllm", "--tasks", "iimi_basic", "--gen_kwargs", given],
            [given.split("=")[0], hint],
        )
        for given, hint in [
            ("temperature=hot", "hot"),
            ("temperature=-1", "-1"),
            ("temperature=0.7", "do_sample=true"),
            ("max_gen_toks=-1", "-1"),
            ("max_gen_toks=many", "many"),
        ]
    ),
    (
        "another name of the length",
        ["--model", "vllm", "--tasks", "iimi_basic", "--gen_kwargs", "max_tokens=4096"],
        ["max_tokens", "max_gen_toks=N"],
    ),
    ("bad seed", ["--model", "baseline:prototype", "--tasks", "iimi_basic", "--seed", "1,2"], ["--seed"]),
    ("no such command", ["evaluate", "--model", "baseline:prototype"], ["no such command", "evaluate", "rescore"]),
    (
        "arguments of a baseline",
        ["--model", "baseline:prototype", "--model_args", "a=b", "--tasks", "iimi_basic"],
        ["--model_args a", "baseline:prototype takes no arguments"],
    ),
    (
        "a key among generation arguments",
        ["--model", "vllm", "--tasks", "iimi_basic", "--gen_kwargs", '{"extra": [{"api_key": "sk-canary"}]}'],
        ["--gen_kwargs api_key", "keys and addresses"],
    ),
    (
        "a password in an address",
        ["--model", "gguf", "--model_args", "base_url=http://u:canary@h", "--tasks", "iimi_basic"],
        ["--model_args base_url: "],
    ),
    (
        "a password in an address without a scheme",
        ["--model", "openai/x", "--model_args", "base_url=u:canary@h:9/v1", "--tasks", "iimi_basic"],
        ["--model_args base_url: "],
    ),
    (
        "an address that is none",
        ["--model", "tree-completions", "--model_args", "base_url=http://[::1/v1,model=m", "--tasks", "iimi_basic"],
        ["--model_args base_url: ", "http://[::1/v1"],
    ),
    (
        "a key where its variable belongs",
        [
            "--model",
            "local-completions",
            "--model_args",
            "base_url=http://h,key_variable=sk-canary",
            "--tasks",
            "iimi_basic",
        ],
        ["--model_args key_variable: "],
    ),
    (
        "an address that is no text",
        [
            "--model",
            "local-chat-completions",
            "--model_args",
            '{"base_url": ["a"], "model": "m"}',
            "--tasks",
            "iimi_basic",
        ],
        ["--model_args base_url: "],
    ),
    (
        "no number of JSON",
        ["--model", "vllm", "--tasks", "iimi_basic", "--gen_kwargs", '{"top_p": NaN}'],
        ["--gen_kwargs", "NaN"],
    ),
    ("bad arguments", ["--model", "hf", "--model_args", "pretrained", "--tasks", "iimi_basic"], ["--model_args"]),
    ("no model", ["--model", "./no/such/folder", "--tasks", "iimi_basic"], ["./no/such/folder"]),
    ("chat for mc", ["--model", "local-chat-completions", "--tasks", "iimi_basic_mc"], ["iimi_basic_mc", "iimi_basic"]),
    ("no run", ["rescore", "nowhere"], ["nowhere", "run.json"]),
]


@pytest.mark.parametrize(("arguments", "named"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_bad_input_is_one_line_and_exit_code_two(vaemo_eval: Command, arguments: list[str], named: list[str]) -> None:
    done = vaemo_eval(*arguments)
    assert done.code == 2, done.out
    [line] = done.err.strip().splitlines()
    assert line.startswith("vaemo-eval: ")
    assert all(word in line for word in named), line


def test_a_limit_that_leaves_few_labels_is_warned_of_once_a_task(vaemo_eval: Command) -> None:
    arguments = ("--model", "baseline:majority", "--tasks", "iimi_basic,iimi_basic_mc,norms_term")
    few = vaemo_eval(*arguments, "--limit", "3")
    assert few.code == 0, few.err
    warned = [line.split(";")[0] for line in few.err.splitlines() if line.startswith("warning: ")]
    assert warned == [
        f"warning: {name}: 4 of 7 labels have no item under --limit" for name in ("iimi_basic", "iimi_basic_mc")
    ]
    assert "warning" not in vaemo_eval(*arguments, "--limit", "50").err
    swept = vaemo_eval("sweep", "--model", "baseline:majority", "--task", "iimi_basic", "--axes", "order",
                       "--limit", "0.01", "--no-picture")  # fmt: skip
    assert swept.err.count("warning: iimi_basic: 2 of 7 labels have no item under --limit") == 1


def test_an_unwritable_output_path_is_named_before_anything_is_asked(vaemo_eval: Command, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be", encoding="utf-8")
    done = vaemo_eval("--model", "baseline:prototype", "--tasks", "iimi_basic", "--output_path", "taken")
    assert done.code == 2
    assert "taken: --output_path: " in done.err.strip().splitlines()[-1]


def test_features_that_break_the_schema_are_named_by_row_and_column(vaemo_eval: Command, tmp_path: Path) -> None:
    import pyarrow as pa

    table = pq.read_table(SHIPPED / "iimi" / "test.parquet")
    arousal = table["arousal"].to_pylist()
    arousal[17] = 1.3
    wrong = table.set_column(table.schema.get_field_index("arousal"), "arousal", pa.array(arousal, pa.float32()))
    (tmp_path / "mine" / "iimi").mkdir(parents=True)
    pq.write_table(wrong, tmp_path / "mine" / "iimi" / "test.parquet")
    done = vaemo_eval("--model", "baseline:prototype", "--tasks", "iimi_basic", "--features", "mine")
    assert done.code == 2
    assert "arousal[17]" in done.err
    pq.write_table(table.drop_columns(["valence"]), tmp_path / "mine" / "iimi" / "test.parquet")
    done = vaemo_eval("--model", "baseline:prototype", "--tasks", "iimi_basic", "--features", "mine")
    assert (done.code, "valence: column is missing" in done.err) == (2, True)
    done = vaemo_eval("--model", "baseline:prototype", "--tasks", "emotic_complex", "--features", "mine")
    assert (done.code, "emotic" in done.err) == (2, True)


def test_a_broken_task_yaml_is_named_by_line(vaemo_eval: Command, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "mine.yaml").write_text("task: mine\nmetadata: {version: 1\n", encoding="utf-8")
    done = vaemo_eval("--model", "baseline:prototype", "--tasks", "mine", "--include_path", "more")
    assert done.code == 2
    assert "mine.yaml:3" in done.err.strip().splitlines()[-1]


def test_a_new_task_is_one_yaml(vaemo_eval: Command, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "mine.yaml").write_text(
        f"include: {find()['iimi_basic'].path}\ntask: mine\ndoc_to_text: 'V={{{{ valence }}}} A={{{{ arousal }}}}'\n",
        encoding="utf-8",
    )
    done = vaemo_eval("--model", "baseline:majority", "--tasks", "mine", "--include_path", "more", "--num_fewshot", "1")
    assert done.code == 0, done.err
    task = done.record.tasks["mine"]
    assert (task.items, task.num_fewshot) == (420, 1)
    assert str(done.samples("mine")[0]["prompt"]).count("V=") == 2


def test_lists_name_every_task_and_are_made_without_lm_eval(vaemo_eval: Command) -> None:
    done = vaemo_eval("ls")
    assert done.code == 0
    assert all(name in done.out for name in [*LABEL_TASKS.split(","), "vaemo", "baseline:knn", "macro_auc"])
    import subprocess
    import sys

    code = "import sys; from harness.cli import main; main(['ls']); sys.exit('lm_eval' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=False).returncode == 0
