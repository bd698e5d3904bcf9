"""The commands of `vaemo-leaderboard`; `report` is one of `vaemo-eval`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from va_extractor.common.errors import InputError, Problem
from va_extractor.common.plain_text import one_line

FORMATS = ("hf-eval-results", "model-index", "every-eval-ever", "lm-eval", "csv")


def add(commands: Any) -> None:
    """Add the commands."""

    def command(run: Callable[[argparse.Namespace], int], about: str) -> Callable[..., Any]:
        parser = commands.add_parser(run.__name__, help=about)
        parser.set_defaults(run=run)
        argument: Callable[..., Any] = parser.add_argument
        return argument

    option = command(submit, "check a run and place it in a results repository")
    option("run_dir", metavar="RUN_DIR", type=_path, help="a run folder, with run.json and samples/")
    where = "results repository: a folder (default: this one), or a Hub dataset, which gets a pull request"
    option("--to", default=".", metavar="DIR|ORG/REPO", help=where)
    _add_features(option)

    option = command(check, "check a results repository, or a run folder")
    option("path", metavar="PATH", type=_path, help="root of a results repository, or a run folder")
    option("--base", metavar="DIR", type=Path, help="an earlier, checked state; check only what changed since")
    option("--markdown", metavar="FILE", type=Path, help="also write the findings as Markdown for a pull request")
    option("--reference", action="append", default=[], metavar="MODEL", help="model to show in it (default: two best)")
    option(
        "--vouch", choices=("recomputed", "maintainer-run"), help="add valid entries to status.csv (for maintainers)"
    )
    _add_features(option)

    option = command(build, "write leaderboard.json, leaderboard.csv and a static site")
    option("results", metavar="RESULTS", type=_path, help="root of a results repository")
    option("--out", default="site", metavar="DIR", type=_path, help="where the site goes (default: site)")

    option = command(compare, "compare two runs, entries or models")
    for name in ("first", "second"):
        option(name, metavar="DIR", type=_path, help="a run folder, or a folder below results/ (a model, an entry)")
    option("--out", metavar="FILE", type=_path, help="also write the comparison as an HTML page")

    option = command(export, "write results in the format of another place")
    option("path", metavar="PATH", type=_path, help="a run folder, or the root of a results repository")
    option("--to", required=True, choices=FORMATS, help="the format")
    option("--out", default="export", metavar="DIR", type=_path, help="where files go (default: export)")

    option = command(publish, "push the site to a static Space, and the results to a dataset")
    option(
        "path",
        nargs="?",
        default=".",
        metavar="RESULTS",
        type=_path,
        help="results repository (default: this folder)",
    )
    option("--to", required=True, metavar="ORG/SPACE", help="static Space for the site")
    option("--results", metavar="ORG/DATASET", help="dataset for the results (default: not pushed)")
    option("--dry-run", metavar="DIR", type=_path, help="write to DIR what would be pushed, and push nothing")


def _path(text: str) -> Path:
    return Path(text).expanduser()


def _add_features(option: Callable[..., Any]) -> None:
    """Add what a check needs: the source of features, and the embedder of description metrics."""
    about = "features of the entries, in addition to the shipped ones; repeatable"
    option("--features", action="append", default=[], metavar="PATH|ID@REV", help=about)
    option("--embedder", metavar="DIR|ID@REV", help="sentence embedder (default: all-MiniLM-L6-v2)")


def _show(what: str, problems: Iterable[Problem]) -> int:
    """Print one line for each problem, and return the exit code: 1 if there is one, else 0."""
    lines = [f"{what}: {one_line(str(problem), 600)}\n" for problem in problems]
    sys.stdout.writelines(lines)
    return 1 if lines else 0


def submit(args: argparse.Namespace) -> int:
    """Place the valid tasks of a run; return 1 if one was refused."""
    from huggingface_hub import HfApi

    from leaderboard.publish import is_hub_id, propose
    from leaderboard.run_folder import check_tasks, place

    entries, refused = check_tasks(args.run_dir, [*args.features, "shipped"], args.embedder)
    code = _show("refused", refused)
    if entries and is_hub_id(args.to):
        sys.stdout.write(f"pull request: {propose(entries, args.to, HfApi())}\n")
    elif entries:
        for folder in place(entries, _path(args.to)):
            sys.stdout.write(f"placed: {folder}\n")
    return code


def check(args: argparse.Namespace) -> int:
    """Print one line for each finding; return 1 if one is an error."""
    from leaderboard import ledger
    from leaderboard.check import check, check_run
    from leaderboard.comment import markdown
    from va_extractor.common.files import writing

    root, features = args.path, [*args.features, "shipped"]
    if (root / "run.json").is_file():
        report = check_run(root, features, args.embedder)
    else:
        report = check(root, args.base, features, args.embedder)
    for finding in report.findings:
        sys.stdout.write(f"{finding}\n")
    if args.markdown:
        with writing(args.markdown, field="--markdown"):
            args.markdown.write_text(markdown(report, root, args.reference), encoding="utf-8")
    if args.vouch and report.passed:
        known = ledger.statuses(root)
        new = [one for one in report.entries if (one.path, one.digest) not in known]
        ledger.add_statuses(root, [ledger.Vouched(one.path, one.digest, args.vouch) for one in new])
    errors = sum(finding.level == "error" for finding in report.findings)
    sys.stdout.write(f"{root}: {len(report.entries)} entries valid, {report.unchanged} unchanged, errors: {errors}\n")
    return 0 if report.passed else 1


def build(args: argparse.Namespace) -> int:
    """Write the site; return 1 if an entry was left out."""
    from leaderboard.site import write_site

    site = write_site(args.results, args.out)
    code = _show("left out", site.left_out)
    entries = sum(len(column.rows) for column in site.board.columns)
    sys.stdout.write(f"{args.out / 'index.html'}: {entries} entries in {len(site.board.columns)} columns, ")
    sys.stdout.write(f"{site.pages} model pages\n")
    return code


def compare(args: argparse.Namespace) -> int:
    """Print the tables of a comparison; write the page if asked."""
    from harness.commands.compare_table import show
    from leaderboard.compare import compare
    from leaderboard.pages import compare_page
    from va_extractor.common.files import writing

    compared = compare(args.first, args.second)
    show(compared)
    if args.out:
        with writing(args.out, field="--out"):
            args.out.write_text(compare_page(compared), encoding="utf-8")
    return 0


def export(args: argparse.Namespace) -> int:
    """Write the files of another place and print their paths; return 1 if an entry was left out."""
    from leaderboard.export import every_eval_ever, files, hub, lm_eval

    functions = (hub.eval_results, hub.model_index, every_eval_ever.export, lm_eval.export, files.scores_csv)
    exported = dict(zip(FORMATS, functions, strict=True))[args.to](files.load(args.path))
    files.write(exported, args.out)
    for name in exported.files:
        sys.stdout.write(f"{args.out / name}\n")
    return _show("left out", exported.left_out)


def publish(args: argparse.Namespace) -> int:
    """Prepare, and push unless it is a dry run; return 1 if an entry was left out."""
    from huggingface_hub import HfApi

    from leaderboard.publish import is_hub_id, prepare, push

    for flag, name in (("--to", args.to), ("--results", args.results)):
        if name is not None and not is_hub_id(name):
            raise InputError("not a Hub id (org/name)", code="type", field=flag, found=name)
    with tempfile.TemporaryDirectory() as temporary:
        out = args.dry_run or Path(temporary)
        site = prepare(args.path, out / "space", out / "results")
        code = _show("left out", site.left_out)
        for kind, repo, folder in (("space", args.to, out / "space"), ("dataset", args.results, out / "results")):
            if repo and not args.dry_run:
                push(folder, repo, kind, HfApi())
            if repo:
                sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
                what = "Space" if kind == "space" else kind
                verb = "would push" if args.dry_run else "pushed"
                sys.stdout.write(f"{verb}: {what} {repo}: {len(sizes)} files, {sum(sizes):,} bytes\n")
    return code
