"""`vaemo-eval ls`: list tasks, groups, models and metrics."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from va_extractor.common.arguments import Parser
from va_extractor.common.plain_text import one_line

SECTIONS = ("tasks", "groups", "models", "metrics")


def parser() -> argparse.ArgumentParser:
    """Return the parser."""
    command = Parser(prog="vaemo-eval ls", description="List tasks, groups, models and metrics.")
    command.add_argument("section", nargs="?", choices=SECTIONS, help="only this list")
    command.add_argument("--include_path", action="append", default=[], metavar="DIR", help="folder with further tasks")
    return command


def main(args: argparse.Namespace) -> int:
    """Print one list, or all."""
    makers = {"tasks": _tasks, "groups": _groups, "models": _models, "metrics": _metrics}
    folders = [Path(folder).expanduser() for folder in args.include_path]
    blocks = []
    for section in [args.section] if args.section else SECTIONS:
        lines = [(one_line(name), one_line(line, 1000)) for name, line in makers[section](folders)]
        width = max(len(name) for name, _ in lines)
        blocks.append("\n".join([f"{section}:", *(f"  {name:<{width}}  {line}".rstrip() for name, line in lines)]))
    sys.stdout.write("\n\n".join(blocks) + "\n")
    return 0


def _tasks(folders: list[Path]) -> list[tuple[str, str]]:
    from harness.tasks.catalogue import find

    return sorted((info.name, info.title) for info in find(folders).values() if not info.members)


def _groups(folders: list[Path]) -> list[tuple[str, str]]:
    from harness.tasks.catalogue import find

    groups = [info for info in find(folders).values() if info.members]
    return sorted((info.name, f"{info.title} ({', '.join(info.members)})") for info in groups)


def _models(folders: list[Path]) -> list[tuple[str, str]]:
    from harness.scoring.baselines.names import BASELINES

    rest = [
        ("ORG/NAME or a folder", "a Hugging Face model (lm-eval's back end `hf`)"),
        ("an lm-eval back end", "hf, vllm, local-chat-completions, anthropic-chat, ... with --model_args"),
    ]
    return [(f"baseline:{name}", line) for name, line in BASELINES.items()] + rest


def _metrics(folders: list[Path]) -> list[tuple[str, str]]:
    from harness.kinds import all_kinds
    from harness.metrics import all_metrics

    having = {one: [kind.name for kind in all_kinds() if one in kind.metrics] for one in all_metrics()}
    return [(one.name, f"{one.line} [{', '.join(names)}]") for one, names in having.items()]
