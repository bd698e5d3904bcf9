"""Check a results repository, as its CI does: every entry, the paths, the lists, and what changed.

Nothing that a submission contains is run, imported or unpickled; its files are read within bounds and compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Literal

from leaderboard import entry, ledger
from leaderboard.entry import Entry
from leaderboard.recompute import recompute
from leaderboard.run_folder import check_tasks
from leaderboard.untrusted import read_bounded
from va_extractor.common.errors import Code, InputError, Problem
from va_extractor.common.plain_text import one_line

NAMED_CHANGE = 0.001
_DEPTH = 5


@dataclass(frozen=True)
class Finding:
    """One line of a report: an `error` fails the check, a `note` is for a person to read."""

    level: Literal["error", "note"]
    problem: Problem

    def __str__(self) -> str:
        return f"{self.level}: {one_line(str(self.problem), 600)}"


@dataclass(frozen=True)
class Report:
    """The result of a check: findings, valid entries, and the number of entries unchanged since an earlier check."""

    findings: tuple[Finding, ...]
    entries: tuple[Entry, ...]
    unchanged: int

    @property
    def passed(self) -> bool:
        """Whether there is no error."""
        return all(finding.level != "error" for finding in self.findings)


def check(root: Path, base: Path | None, features: Sequence[str], embedder: str | None = None) -> Report:
    """Check a results repository.

    Args:
        root: the repository, with `results/`.
        base: an earlier, checked state of it; None to check every entry.
        features: where features may come from, each as `--features`.
        embedder: as `--embedder`.

    Raises:
        InputError: there is no `results` folder, or it is a link.
    """
    entry.require_results(root)
    folders = list(entry.find(root))
    findings = [*_twins(folders)]
    withdrawn: list[ledger.Withdrawal] = []
    try:
        withdrawn = ledger.withdrawals(root)
        ledger.statuses(root)
    except InputError as error:
        findings.append(Finding("error", error.problem))
    else:
        findings += _lists(root, base, withdrawn) if base else []
    held: list[Entry] = []
    unchanged = 0
    for folder in folders:
        if base is not None and _same(root, base, folder):
            unchanged += 1
            continue
        try:
            one = entry.read(root, folder)
        except InputError as error:
            findings.append(Finding("error", error.problem))
            continue
        problems = [*entry.misplaced(one, folder), *recompute(one, features, embedder)]
        findings += [Finding("error", replace(problem, file=str(folder))) for problem in problems]
        if not problems:
            held.append(one)
            findings += _changes(base, one) if base else []
    known = {*folders, *(line.entry for line in withdrawn)}
    findings += [_removed(folder) for folder in entry.find(base) if folder not in known] if base else []
    return Report(tuple(findings), tuple(held), unchanged)


def check_run(folder: Path, features: Sequence[str], embedder: str | None = None) -> Report:
    """Check a run folder as `submit` does.

    Raises:
        InputError: it cannot be read.
    """
    entries, refused = check_tasks(folder, features, embedder)
    findings = tuple(Finding("error", replace(one, file=f"{folder.name}/{one.file}")) for one in refused)
    return Report(findings, tuple(packed.entry for packed in entries), 0)


def _twins(folders: Sequence[PurePosixPath]) -> Iterator[Finding]:
    """Yield folders that differ in case only: one model under two names."""
    seen: dict[str, str] = {}
    for folder in folders:
        model = folder.parts[1] if len(folder.parts) > 1 else ""
        first = seen.setdefault(model.casefold(), model)
        if first != model:
            yield _error(f"the model's folder differs from {first} in case only", "duplicate", folder)


def _lists(root: Path, base: Path, withdrawn: Sequence[ledger.Withdrawal]) -> Iterator[Finding]:
    before, now = (ledger.content(folder, ledger.WITHDRAWALS) or b"" for folder in (base, root))
    if not now.startswith(before):
        yield _error("a line was changed or removed; the list only grows", "changed", ledger.WITHDRAWALS)
    if ledger.content(root, ledger.STATUSES) != ledger.content(base, ledger.STATUSES):
        yield _error("changed; only maintainers add to it", "changed", ledger.STATUSES)
    for line in withdrawn[len(ledger.withdrawals(base)) :]:
        if _is_entry(root, line.entry) or _is_entry(base, line.entry):
            what = f"withdrawn on {line.date}: {line.reason}"
            yield Finding("note", Problem(what, code="missing", file=str(line.entry)))
        else:
            yield _error(f"{line.entry} is not an entry", "unknown", ledger.WITHDRAWALS)


def _error(what: str, code: Code, file: PurePosixPath | str) -> Finding:
    return Finding("error", Problem(what, code=code, file=str(file)))


def _is_entry(root: Path, folder: PurePosixPath) -> bool:
    return len(folder.parts) == _DEPTH and ".." not in folder.parts and (root / folder / entry.RUN).is_file()


def _removed(folder: PurePosixPath) -> Finding:
    return _error(f"removed without a line in {ledger.WITHDRAWALS}", "missing", folder)


def _same(root: Path, base: Path, folder: PurePosixPath) -> bool:
    """Return whether an entry has the same files as before."""
    names = [path.name for path in (root / folder).iterdir()]
    if sorted(names) != [entry.RUN, entry.SAMPLES] or not (base / folder).is_dir():
        return False
    try:
        return all(
            hashlib.sha256(read_bounded(root / folder / name, name)).digest()
            == hashlib.sha256(read_bounded(base / folder / name, name)).digest()
            for name in names
        )
    except InputError:
        return False


def _changes(base: Path, one: Entry) -> Iterator[Finding]:
    """Yield scores that differ from the same model's earlier entries on the same features and task."""
    parent = one.path.parent
    for folder in sorted((base / parent).iterdir()) if (base / parent).is_dir() else []:
        before = entry.read(base, parent / folder.name).task.metrics
        for name, score in one.task.metrics.items():
            earlier = before[name].value if name in before else None
            if earlier is None or score.value is None or abs(score.value - earlier) <= NAMED_CHANGE:
                continue
            what = f"{score.value:.4f}, in the earlier {folder.name} {earlier:.4f}"
            yield Finding("note", Problem(what, code="changed", file=str(one.path), field=name))
