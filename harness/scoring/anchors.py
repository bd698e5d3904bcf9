"""The answers of baselines and ceilings to a task's items, computed once and kept in the cache."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from harness.kinds import Centroids, Kind, get
from harness.kinds.arrays import column
from harness.kinds.measures import Instruments, instruments
from harness.record import Answer, EmbedderRecord, FeaturesRecord, Item, ItemScores, Sample, TaskRecord
from harness.scoring.baselines.answers import Baseline
from harness.scoring.breakdown import or_none
from harness.scoring.cache import Arrays, kept
from harness.scoring.ceilings.answers import ceiling_answers
from harness.scoring.samples import judge
from harness.stats.arrays import Floats
from harness.tasks.centroids import centroids
from harness.tasks.documents import EVALUATED, FITTED, Question
from harness.tasks.features import load, reference
from va_extractor.common.errors import InputError


@dataclass(frozen=True)
class Anchor:
    """One baseline's or ceiling's answers to n items.

    Attributes:
        answers: n answers, as texts or log-likelihoods.
        scores: scores of each answer by instruments; n empty ones for kinds without instruments.
    """

    answers: list[Answer]
    scores: list[ItemScores]


@dataclass(frozen=True)
class Anchors:
    """Answers of baselines and ceilings by name, in the order of the items.

    Attributes:
        centroids: as `harness.tasks.centroids`.
    """

    baselines: Mapping[str, Anchor] = field(default_factory=dict)
    ceilings: Mapping[str, Anchor] = field(default_factory=dict)
    centroids: Centroids | None = None

    def only(self, rows: Sequence[int]) -> Anchors:
        """Return the answers to some of the items."""
        groups = (
            {
                name: Anchor([one.answers[row] for row in rows], [one.scores[row] for row in rows])
                for name, one in group.items()
            }
            for group in (self.baselines, self.ceilings)
        )
        baselines, ceilings = groups
        return Anchors(baselines, ceilings, self.centroids)


NO_ANCHORS = Anchors()


def anchors(
    question: Question,
    items: Sequence[Item],
    *,
    by_likelihood: bool,
    by: Instruments | None,
) -> Anchors:
    """Return the answers of baselines and ceilings to n items of one task.

    Args:
        question: features and rules that define the items.
        items: n items, at least one.
        by_likelihood: whether answers are log-likelihoods instead of texts.
        by: instruments that score descriptions; None for other kinds.
    """
    source = load(question.features, question.source)
    return _anchors(
        question.kind,
        question.derive,
        items,
        (question.source, source.hashes[EVALUATED], source.hashes.get(FITTED), source.calibrated_on),
        lambda: question,
        by_likelihood=by_likelihood,
        embedder=by.record if by else None,
        by=lambda: by,
    )


def anchors_of(
    task: TaskRecord, samples: Sequence[Sample], features: str | None = None, by: Instruments | None = None
) -> Anchors:
    """Return the answers of baselines and ceilings to the items of a finished run.

    Args:
        task: from the record.
        samples: of the task.
        features: its features, as in `--features`; None to use the cache, then the recorded or shipped features.
        by: instruments that score descriptions; None to load those of the run if they are needed.

    Raises:
        InputError: the features or the embedder are missing or differ from the record.
    """
    items = [sample.item for sample in samples]

    kind = get(task.kind)

    def question() -> Question:
        found = features if features is not None else _find(task.features)
        found = reference(found, calibrate=task.features.calibrated_on is not None)
        return Question(kind, found, task.features.source, task.labels, derive=task.derive)

    if features is not None:
        _matching(task.features, features)
    return _anchors(
        kind,
        task.derive,
        items,
        (task.features.source, task.features.sha256, task.features.fitted_sha256, task.features.calibrated_on),
        question,
        by_likelihood=task.output_type == "multiple_choice",
        embedder=by.record if by else task.embedder,
        by=lambda: by or _recorded(task),
    )


def baseline_answers(name: str, question: Question, items: Sequence[Item], *, by_likelihood: bool) -> list[Answer]:
    """Return a baseline's answers to n items, as texts or log-likelihoods."""
    by = Baseline(name, question, items)
    if by_likelihood:
        return [Answer(loglikelihoods=tuple(row)) for row in by.scores()]
    return [Answer(text=text) for text in by.texts()]


def _anchors(
    kind: Kind,
    derive: str | None,
    items: Sequence[Item],
    features: tuple[str, str, str | None, str | None],
    question: Callable[[], Question],
    *,
    by_likelihood: bool,
    embedder: EmbedderRecord | None,
    by: Callable[[], Instruments | None],
) -> Anchors:
    def compute() -> Arrays:
        asked = question()
        baselines = {name: baseline_answers(name, asked, items, by_likelihood=by_likelihood) for name in kind.baselines}
        ceilings = ceiling_answers(asked, items, by_likelihood=by_likelihood)
        tools = by()
        groups = {"baselines": baselines, "ceilings": ceilings}
        found = centroids(asked)
        placed: Arrays = (
            {} if found is None else {"labels": np.array(list(found)), "centroids": np.array([*found.values()])}
        )
        return placed | {
            f"{group}.{name}.{part}": array
            for group, given in groups.items()
            for name, answers in given.items()
            for part, array in _arrays(kind, items, answers, tools).items()
        }

    digest = hashlib.sha256("\n".join(item.model_dump_json() for item in items).encode()).hexdigest()
    decides = [kind.name, derive, features, digest, by_likelihood, embedder and embedder.model_dump()]
    found = kept(["anchors", *decides], compute)
    names = [tuple(name.split(".")[:2]) for name in found if name.endswith(".answers")]
    groups = {
        group: {name: _anchor(f"{group}.{name}", found, items) for of, name in names if of == group}
        for group in ("baselines", "ceilings")
    }
    labels, centers = (found[name].tolist() if name in found else () for name in ("labels", "centroids"))
    where = {label: (valence, arousal) for label, (valence, arousal) in zip(labels, centers, strict=True)}
    return Anchors(**groups, centroids=where or None)


def _arrays(kind: Kind, items: Sequence[Item], answers: Sequence[Answer], by: Instruments | None) -> Arrays:
    """Return answers as (n,) texts or (n, k) log-likelihoods, and item scores as (n, m) numbers with m names."""
    if answers[0].loglikelihoods is None:
        arrays: Arrays = {"answers": np.array([answer.text or "" for answer in answers])}
    else:
        arrays = {"answers": _padded([answer.loglikelihoods or () for answer in answers])}
    if by is None:
        return arrays
    scores = judge(kind, items, answers, by)[1]
    names = list(scores[0])
    arrays["scores"] = np.stack([column([row[name] for row in scores]) for name in names], axis=1)
    return arrays | {"names": np.array(names)}


def _anchor(name: str, found: Arrays, items: Sequence[Item]) -> Anchor:
    given = found[f"{name}.answers"].tolist()
    if isinstance(given[0], str):
        answers = [Answer(text=text) for text in given]
    else:
        answers = [
            Answer(loglikelihoods=tuple(row[: len(item.choices)])) for row, item in zip(given, items, strict=True)
        ]
    if f"{name}.scores" not in found:
        return Anchor(answers, [{} for _ in answers])
    names = found[f"{name}.names"].tolist()
    rows = [[or_none(value) for value in row] for row in found[f"{name}.scores"].tolist()]
    return Anchor(answers, [dict(zip(names, row, strict=True)) for row in rows])


def _padded(rows: Sequence[Sequence[float]]) -> Floats:
    """Return (n, k) numbers for at most k choices; NaN where an item has fewer."""
    width = max(map(len, rows))
    return np.array([[*row, *[np.nan] * (width - len(row))] for row in rows], dtype=np.float64)


def _recorded(task: TaskRecord) -> Instruments | None:
    """Load the instruments of a run."""
    if task.embedder is None:
        return None
    found = instruments()
    if found.record != task.embedder:
        raise InputError("the run used another embedder", code="changed", field="--embedder", found=task.embedder.id)
    return found


def _find(stated: FeaturesRecord) -> str:
    """Return the place of the recorded features: `VAEMO_FEATURES`, their recorded name, or the shipped ones."""
    named = f"{stated.id}@{stated.revision}" if stated.revision else stated.id
    for given in dict.fromkeys((reference(None), named)):
        try:
            return _matching(stated, given)
        except InputError:
            continue
    raise InputError(
        "the features of the run were not found",
        code="missing",
        field="--features",
        found=f"{named}, source {stated.source}, SHA-256 {stated.sha256[:12]}",
        hint="pass --features FOLDER|ID@REVISION",
    )


def _matching(stated: FeaturesRecord, given: str) -> str:
    """Return `given` if its features are the recorded ones."""
    hashes = load(given, stated.source).hashes
    if (hashes.get(EVALUATED), hashes.get(FITTED)) != (stated.sha256, stated.fitted_sha256):
        raise InputError("these are not the features of the run", code="changed", field="--features", found=given)
    return given
