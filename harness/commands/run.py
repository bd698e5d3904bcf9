"""`vaemo-eval --model X --tasks A,B`: run tasks on a model, write the record, print the table."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.commands.api_flags import add_api_flags, add_cache_flag, api_settings, cache_flag
from va_extractor.common.arguments import Parser, listed
from va_extractor.common.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

    from harness.runs.config import RunConfig

_EPILOG = """\
further commands (each has its own --help):
  vaemo-eval compare RUN RUN   compare runs of the same tasks, paired by item
  vaemo-eval judge RUN_DIR     let a language model judge the descriptions of a run
  vaemo-eval ls                list tasks, groups, models and metrics
  vaemo-eval plan ...          requests, tokens, cost and time of a run, before it starts
  vaemo-eval report RUN_DIR    write a run as one HTML page
  vaemo-eval rescore RUN_DIR   compute every number of a run again from its samples
  vaemo-eval sweep ...         what each axis of the prompt does to a score
  vaemo-eval validate [TASKS]  check tasks; report problems by file and line
  vaemo-eval new-task NAME     begin a task from another one

examples:
  vaemo-eval --model baseline:prototype --tasks vaemo
  vaemo-eval --model Qwen/Qwen3-0.6B --tasks iimi_basic_mc --features org/features@v1.0.0
  vaemo-eval --model openai/gpt-5-mini --tasks vaemo --max-cost 2
  vaemo-eval --model local-chat-completions --tasks iimi_basic \\
      --model_args base_url=http://127.0.0.1:8000/v1,model=NAME
"""
_FILE_WIDTH = 140
INCOMPLETE = 3
_SEEDS = (0, 1234, 1234, 1234)


def parser() -> argparse.ArgumentParser:
    """Return the parser of a run; lm-eval's flags keep their names and meanings."""
    run = Parser(
        prog="vaemo-eval",
        description="What a language model understands of emotion from two numbers, valence and arousal.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = run.add_argument
    add(
        "--model",
        required=True,
        help="baseline:NAME, provider/NAME (API), Hub id or local folder, or an lm-eval back end",
    )
    add("--tasks", required=True, help="tasks and groups, separated by commas")
    add("--model_args", default="", metavar="K=V,...", help="arguments of the back end, as K=V,K=V or a JSON object")
    add("--features", help="where VA features come from: folder, Parquet file or Hub id@revision (also VAEMO_FEATURES)")
    add(
        "--calibrate",
        choices=("quantile",),
        help="map valence and arousal to the scale of word norms (docs/features.md)",
    )
    add("--num_fewshot", type=int, metavar="N", help="examples from the train split to show in each prompt")
    add("--batch_size", metavar="N|auto", help="batch size of the back end")
    add("--device", help="device of the back end (default: cuda where there is one, else cpu)")
    add(
        "--limit",
        type=float,
        metavar="N",
        help="a stratified sample of N items of each task, or of that fraction below 1",
    )
    add("--apply_chat_template", action="store_true", help="wrap prompts in the model's chat template")
    add("--system_instruction", metavar="TEXT", help="text before every prompt")
    add("--gen_kwargs", default="", metavar="K=V,...", help="generation arguments that replace those of the task")
    add("--reasoning-budget", type=int, default=0, metavar="N", help="tokens for thought, besides max_gen_toks")
    add(
        "--repeats",
        type=int,
        default=1,
        metavar="N",
        help="how many answers to each item, if the model samples (default: 1)",
    )
    add("--output_path", default="results", metavar="DIR", help="folder of run records (default: results)")
    add("--include_path", action="append", default=[], metavar="DIR", help="folder with further task YAMLs; repeatable")
    add("--seed", default="", metavar="N|A,B,C,D", help="seed, or seeds of Python, numpy, torch and few-shot choice")
    add("--embedder", metavar="DIR|ID@REV", help="sentence embedder of description metrics (default: all-MiniLM-L6-v2)")
    add_cache_flag(run, "--output_path")
    add("--allow-missing", action="store_true", help="score a task over the answers that arrived, and mark it")
    add_api_flags(run)
    add("--log_samples", action="store_true", help="always on: scores are computed from samples")
    return run


def main(args: argparse.Namespace) -> int:
    """Run and print.

    Returns:
        0, or `INCOMPLETE` if the run stopped early or answers are missing.

    Raises:
        InputError: something given is wrong.
    """
    from harness.runs.run import Done, run

    out = console()

    def show(done: Done) -> None:
        from harness.commands.table import show

        show(done.record, done.folder, out)

    done = run(config(args), lambda line: out.print(line, style="dim", highlight=False, markup=False), show)
    return INCOMPLETE if done and done.incomplete else 0


def config(args: argparse.Namespace) -> RunConfig:
    """Return the run that the command line describes.

    Raises:
        InputError: a flag is wrong.
    """
    from harness.runs.config import RunConfig
    from harness.tasks.features import reference

    found = RunConfig(
        model=args.model,
        model_args=arguments(args.model_args, "--model_args"),
        tasks=listed(args.tasks),
        features=reference(args.features, calibrate=args.calibrate is not None),
        include_paths=tuple(Path(path).expanduser() for path in args.include_path),
        output_path=Path(args.output_path).expanduser(),
        num_fewshot=args.num_fewshot,
        batch_size=batch_size(args.batch_size),
        device=args.device,
        limit=_limit(args.limit),
        apply_chat_template=args.apply_chat_template,
        system_instruction=args.system_instruction,
        gen_kwargs=arguments(args.gen_kwargs, "--gen_kwargs"),
        reasoning_budget=args.reasoning_budget,
        seeds=_seeds(args.seed),
        embedder=args.embedder,
        repeats=args.repeats,
        api=api_settings(args),
        cache=cache_flag(args),
        allow_missing=args.allow_missing,
    )
    if found.repeats < 1:
        raise InputError("must be 1 or more", code="range", field="--repeats", found=found.repeats)
    if not found.tasks:
        raise InputError("names no task", code="missing", field="--tasks", hint="`vaemo-eval ls` lists them")
    return found


def console() -> Console:
    """Return a console as wide as the terminal, or wide enough for every column if the output is a file."""
    from va_extractor.common.terminal import terminal

    return terminal(_FILE_WIDTH)


def arguments(text: str, flag: str) -> dict[str, Any]:
    """Read arguments given as K=V,K=V or as a JSON object.

    Raises:
        InputError: they are neither.
    """
    if text.lstrip().startswith("{"):
        try:
            given = json.loads(text, parse_constant=_no_number)
        except ValueError as error:
            raise InputError(f"not valid JSON: {error}", code="type", field=flag) from None
        return dict(given)
    from lm_eval.utils import simple_parse_args_string

    for part in filter(None, text.split(",")):
        if "=" not in part:
            raise InputError("not of the form key=value", code="type", field=flag, found=part)
    return dict(simple_parse_args_string(text))


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def batch_size(text: str | None) -> str | int | None:
    """Read a batch size: a whole number, or a word of the back end such as `auto`."""
    return int(text) if text is not None and text.isdigit() else text


def _limit(limit: float | None) -> float | None:
    if limit is None:
        return None
    if not 0 < limit <= sys.maxsize or (limit >= 1 and limit != int(limit)):
        raise InputError("must be a whole number, or a fraction below 1", code="range", field="--limit", found=limit)
    return int(limit) if limit >= 1 else limit


def _seeds(text: str) -> tuple[int, int, int, int]:
    if not text:
        return _SEEDS
    try:
        given = [int(part) for part in text.split(",")]
    except ValueError:
        given = []
    if len(given) == 1:
        given *= 4
    if len(given) != len(_SEEDS):
        raise InputError("must be one whole number, or four with commas", code="type", field="--seed", found=text)
    return given[0], given[1], given[2], given[3]
