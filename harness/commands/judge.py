"""`vaemo-eval judge RUN_DIR --model X`: let a language model judge a run's descriptions."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from harness.commands.api_flags import add_api_flags, add_cache_flag, api_settings, cache_flag
from va_extractor.common.arguments import Parser, listed
from va_extractor.common.errors import InputError

if TYPE_CHECKING:
    from harness.record.judge import Estimate, JudgeRecord

_FILE_WIDTH = 120


def parser() -> argparse.ArgumentParser:
    """Return the parser. Flags of lm-eval keep their names and meanings."""
    command = Parser(
        prog="vaemo-eval judge",
        description="Let a language model judge a run's descriptions against a baseline's, each pair in both orders. "
        "Write the verdicts to a file of their own; the run does not change.",
    )
    add = command.add_argument
    add("run_dir", metavar="RUN_DIR", help="a run folder with descriptions")
    add("--model", required=True, help="the judge: a Hub id or local folder, or an lm-eval back end")
    add("--model_args", default="", metavar="K=V,...", help="arguments of the back end, as K=V,K=V or a JSON object")
    add("--tasks", default="", help="tasks to judge, separated by commas (default: all with descriptions)")
    add("--against", default="prototype", metavar="NAME", help="baseline to compare with (default: prototype)")
    add("--features", help="features of the run: folder, Parquet file or Hub id@revision (default: find them)")
    add("--rubric", metavar="FILE", help="YAML with version and prompt (default: the one that ships)")
    add("--limit", type=int, default=200, metavar="N", help="judge a sample of N items of each task (default: 200)")
    add("--batch_size", metavar="N|auto", help="batch size of the back end")
    add("--device", help="device of the back end (default: cuda where there is one, else cpu)")
    add("--apply_chat_template", action="store_true", help="wrap prompts in the model's chat template")
    add("--gen_kwargs", default="", metavar="K=V,...", help="generation arguments (default: 16 tokens, greedy)")
    add("--allow-missing", action="store_true", help="continue without missing verdicts, and count them")
    add_cache_flag(command, "that of --out")
    add_api_flags(command)
    add("--out", metavar="FILE", help="file to write (default: RUN_DIR/judge.json)")
    return command


def main(args: argparse.Namespace) -> int:
    """Judge and print.

    Raises:
        InputError: an argument is wrong, or the judge failed.
    """
    from harness.commands.run import arguments, batch_size
    from harness.runs.judge import FILE, JudgeConfig, judge_run
    from harness.scoring.judge import RUBRIC
    from va_extractor.common.terminal import terminal

    if args.limit < 1:
        raise InputError("must be at least 1", code="range", field="--limit", found=args.limit)
    console = terminal(_FILE_WIDTH)
    folder = Path(args.run_dir).expanduser()
    config = JudgeConfig(
        model=args.model,
        model_args=arguments(args.model_args, "--model_args"),
        tasks=listed(args.tasks),
        against=args.against,
        rubric=Path(args.rubric).expanduser() if args.rubric else RUBRIC,
        limit=args.limit,
        batch_size=batch_size(args.batch_size),
        device=args.device,
        apply_chat_template=args.apply_chat_template,
        gen_kwargs=arguments(args.gen_kwargs, "--gen_kwargs"),
        allow_missing=args.allow_missing,
        features=args.features,
        api=api_settings(args),
        cache=cache_flag(args),
    )
    out = Path(args.out).expanduser() if args.out else folder / FILE
    found = judge_run(folder, config, out, lambda line: console.print(line, style="dim", highlight=False, markup=False))
    console.print(_lines(found), highlight=False, markup=False, soft_wrap=True)
    console.print(f"Verdicts: {out}", highlight=False, markup=False, soft_wrap=True)
    return 0


def _lines(found: JudgeRecord) -> str:
    lines = []
    for name, task in found.tasks.items():
        lines += [
            f"{name}: {found.run_model} against {found.against}, judged by {found.model.id}"
            + (", SYNTHETIC SAMPLE" if found.synthetic else ""),
            f"  {task.pairs} pairs, {task.not_parsed} not parsed, {task.not_described} without a description"
            + (f", {task.missing} verdicts missing" if task.missing else ""),
            f"  win rate                   {_shown(task.win_rate)}",
            f"  win rate at equal length   {_shown(task.win_rate_at_equal_length)}",
            f"  first place preferred      {_shown(task.first_place)}",
            f"  rho with length            {_shown(task.length)}",
        ]
        for measure, one in task.agreement.items():
            plain, fixed = _shown(one.rho), _shown(one.rho_at_equal_length)
            lines.append(f"  rho with {measure:<19}{plain}; at equal length {fixed}")
    return "\n".join(lines)


def _shown(estimate: Estimate) -> str:
    if estimate.value is None:
        return f"- ({estimate.reason})"
    ends = f" ({estimate.interval.low:.3f} to {estimate.interval.high:.3f})" if estimate.interval else ""
    return f"{estimate.value:.3f}{ends}"
