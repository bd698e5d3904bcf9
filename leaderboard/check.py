"""Checking a results repository, as its CI does: every entry, the paths, the lists, and what changed.

Nothing that a submission brings is run, imported or unpickled; its files are read within bounds and compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from leaderboard import entry, ledger, safe_files
from leaderboard.entry import Entry
from leaderboard.recompute import recompute
from va_extractor.common.errors import InputError
from va_extractor.common.plain_text import one_line

NAMED_CHANGE = 0.001
_DEPTH = 5


@dataclass(frozen=True)
class Finding:
    """One line: `error` means the repository does not hold, `note` is for a person to read."""

    level: Literal["error", "note"]
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.level}: {one_line(self.where)}: {one_line(self.what, 400)}"


@dataclass(frozen=True)
class Report:
    """What a check gave: findings, the entries that hold, and how many were left as they were checked before."""

    findings: tuple[Finding, ...]
    entries: tuple[Entry, ...]
    unchanged: int

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against the repository."""
        return all(finding.level != "error" for finding in self.findings)


def check(root: Path, base: Path | None, features: Sequence[str], embedder: str | None = None) -> Report:
    """Check a results repository.

    Args:
        root: the repository, with `results/`.
        base: an earlier state of it that was checked; None to check every entry and compare with nothing.
        features: where features may come from, each as `--features`.
        embedder: as `--embedder`.

    Raises:
        InputError: there is no `results` folder, or it is a link.
    """
    if not (root / entry.RESULTS).is_dir():
        raise InputError(f"{root}: has no folder '{entry.RESULTS}'; give the root of a results repository")
    folders = list(entry.find(root))
    findings = [*_twins(folders), *_lists(root, base)]
    held: list[Entry] = []
    unchanged = 0
    for folder in folders:
        if base is not None and _same(root, base, folder):
            unchanged += 1
            continue
        try:
            one = entry.read(root, folder)
        except InputError as error:
            findings.append(Finding("error", str(folder), str(error).removeprefix(f"{folder}: ")))
            continue
        problems = [*_place(one, folder), *recompute(one, features, embedder)]
        findings += [Finding("error", str(folder), problem) for problem in problems]
        if not problems:
            held.append(one)
            findings += _changes(base, one) if base else []
    findings += _removed(root, base, set(folders)) if base else []
    return Report(tuple(findings), tuple(held), unchanged)


def check_run(folder: Path, features: Sequence[str], embedder: str | None = None) -> Report:
    """Check a run folder as `submit` would.

    Raises:
        InputError: it cannot be read.
    """
    from leaderboard.submit import prove

    proved = prove(folder, features, embedder)
    findings = tuple(Finding("error", folder.name, line) for line in proved.refused)
    return Report(findings, tuple(packed.entry for packed in proved.entries), 0)


def _twins(folders: Sequence[PurePosixPath]) -> Iterator[Finding]:
    """Name folders that differ in case only: one model under two names."""
    seen: dict[str, str] = {}
    for folder in folders:
        model = folder.parts[1] if len(folder.parts) > 1 else ""
        first = seen.setdefault(model.casefold(), model)
        if first != model:
            yield Finding("error", str(folder), f"the model's folder differs from {first} in case only")


def _place(one: Entry, folder: PurePosixPath) -> Iterator[str]:
    if one.path != folder:
        yield f"by its content it belongs in {one.path}"


def _lists(root: Path, base: Path | None) -> Iterator[Finding]:
    try:
        withdrawn = ledger.withdrawals(root)
        ledger.statuses(root)
    except InputError as error:
        name, _, what = str(error).partition(": ")
        yield Finding("error", name, what)
        return
    if base is None:
        return
    if not ledger.only_grew(root, base, ledger.WITHDRAWALS):
        yield Finding("error", ledger.WITHDRAWALS, "a line was changed or removed; the list only grows")
    if not ledger.same(root, base, ledger.STATUSES):
        yield Finding("error", ledger.STATUSES, "was changed; only maintainers add to it")
    for line in withdrawn[len(ledger.withdrawals(base)) :]:
        there = _is_entry(root, line.entry) or _is_entry(base, line.entry)
        yield (
            Finding("note", str(line.entry), f"withdrawn on {line.date}: {line.reason}")
            if there
            else Finding("error", ledger.WITHDRAWALS, f"{line.entry} is no entry")
        )


def _is_entry(root: Path, folder: PurePosixPath) -> bool:
    return len(folder.parts) == _DEPTH and ".." not in folder.parts and (root / folder / entry.RUN).is_file()


def _removed(root: Path, base: Path, folders: set[PurePosixPath]) -> Iterator[Finding]:
    reasons = {line.entry: line.reason for line in ledger.withdrawals(root)}
    for folder in entry.find(base):
        if folder not in folders and folder not in reasons:
            yield Finding("error", str(folder), f"was removed without a line in {ledger.WITHDRAWALS}")


def _same(root: Path, base: Path, folder: PurePosixPath) -> bool:
    """Tell whether an entry is what it was, names included."""
    names = [path.name for path in (root / folder).iterdir()]
    if sorted(names) != [entry.RUN, entry.SAMPLES] or not (base / folder).is_dir():
        return False
    try:
        return all(
            hashlib.sha256(safe_files.read_bounded(root / folder / name, name)).digest()
            == hashlib.sha256(safe_files.read_bounded(base / folder / name, name)).digest()
            for name in names
        )
    except InputError:
        return False


def _changes(base: Path, one: Entry) -> Iterator[Finding]:
    """Name scores that differ from the same model's earlier entries on the same features and task."""
    parent = one.path.parent
    earlier_folders = sorted((base / parent).iterdir()) if (base / parent).is_dir() else []
    for folder in earlier_folders:
        before = entry.read(base, parent / folder.name).task
        for name, score in one.task.metrics.items():
            earlier = before.metrics.get(name)
            if earlier is None or earlier.value is None or score.value is None:
                continue
            if abs(score.value - earlier.value) > NAMED_CHANGE:
                yield Finding(
                    "note", str(one.path), f"{name} {score.value:.4f}, in the earlier {folder.name} {earlier.value:.4f}"
                )
