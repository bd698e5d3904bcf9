"""From label scores to answers, in the form the task asks for: a label, a JSON list, log-likelihoods or a sentence."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from harness.kinds import form
from harness.kinds.arrays import membership
from harness.kinds.base import generator
from harness.kinds.derive import derivation
from harness.record.kinds import Kind
from harness.scoring.baselines.names import CONSTANT
from harness.scoring.baselines.scores import (
    Fit,
    LabelScores,
    gaussian,
    knn,
    logistic,
    nearest_train_item,
    prior,
    prototype,
    to_shares,
    typical_spread,
)
from harness.stats.arrays import Floats
from harness.tasks.documents import EVALUATED, Doc, Docs, Question, fitted_on, split
from harness.tasks.prompts.content_free import ContentFreeValue
from va_extractor.emotions.norms import norms

SET_SIZE = 5
STANDING: dict[Kind, tuple[str, ...]] = {
    Kind.SINGLE_LABEL: ("majority", "prototype"),
    Kind.CHOICE: ("majority", "prototype"),
    Kind.MULTI_LABEL: ("majority", "top5", "all", "prototype"),
    Kind.RANKING: ("majority", "prototype"),
    Kind.DESCRIPTION: ("majority", "prototype"),
}
STANDING |= {kind: ("majority", "prototype") for kind in Kind if form(kind)}
STANDING[Kind.WORDS] = STANDING[Kind.MULTI_LABEL]
_SCORES: dict[str, LabelScores] = {
    "majority": prior,
    "top5": prior,
    "prototype": prototype,
    "gaussian": gaussian,
    "knn": knn,
    "logistic": logistic,
}
_BELOW_ALL = -1e3


def answer_texts(name: str, docs: Sequence[Doc]) -> list[str]:
    """Answer generation requests.

    Args:
        name: a name of `BASELINES` that answers the documents' kind.
        docs: n documents of one task.

    Returns:
        n texts, in the form the task's prompt asks for.
    """
    kind = Kind(docs[0]["kind"])
    found = form(kind)
    if name == "oracle":
        return [str(doc["target"]) if found is None else found.oracle(doc) for doc in docs]
    if found is not None and not found.weighs:
        return found.texts(name, docs, _train(docs[0]))
    if found is not None:
        shares = label_shares(name, docs).tolist()
        return [found.say(doc["choices"], row) for doc, row in zip(docs, shares, strict=True)]
    if kind is Kind.DESCRIPTION:
        return _describe(name, docs)
    if kind is Kind.MULTI_LABEL:
        return [json.dumps(chosen) for chosen in _sets(name, docs)]
    return [doc["choices"][int(np.argmax(row))] for doc, row in zip(docs, choice_scores(name, docs), strict=True)]


def choice_scores(name: str, docs: Sequence[Doc]) -> list[list[float]]:
    """Return, for each of n documents of one task, one finite log-score a choice; higher means likelier.

    Without content only a constant has anything to say: its usual answer. To all others the labels are alike.
    """
    if docs and isinstance(docs[0]["valence"], ContentFreeValue):
        return [_scores_without_content(name, doc) for doc in docs]
    if name == "uniform":
        return [[float(score) for score in generator(doc).random(len(doc["choices"]))] for doc in docs]
    if name == "oracle":
        return [[0.0 if choice in doc["labels"] else _BELOW_ALL for choice in doc["choices"]] for doc in docs]
    if docs[0]["derive"] is not None and name != "majority":
        return [_weigh(doc) for doc in docs]
    if Kind(docs[0]["kind"]) is Kind.CHOICE:
        return [_SCORES[name](_fit(doc, tuple(doc["choices"])), _points([doc]))[0].tolist() for doc in docs]
    scores: list[list[float]] = _SCORES[name](_fit(docs[0], tuple(docs[0]["choices"])), _points(docs)).tolist()
    return scores


def label_shares(name: str, docs: Sequence[Doc]) -> Floats:
    """Return (n, k) shares that a baseline gives the choices of n documents of one task; each row sums to 1.

    `uniform` draws a random point of the simplex. `prototype` gives odds of exp(-d^2 / (2 s^2)) to a label at distance
    d, or exp(w / s) to a derived choice of weight w, s being the mean of the published standard deviations.
    """
    scores = np.array(choice_scores(name, docs), dtype=np.float64)
    if name == "uniform":
        draws: Floats = -np.log1p(-scores)
        return np.asarray(draws / draws.sum(axis=1, keepdims=True))
    if name == "prototype":
        scores = scores / typical_spread() if docs[0]["derive"] else -(scores**2) / (2 * typical_spread() ** 2)
    return to_shares(scores)


def _scores_without_content(name: str, doc: Doc) -> list[float]:
    if name not in CONSTANT:
        return [0.0] * len(doc["choices"])
    scores: list[float] = _SCORES[name](_fit(doc, tuple(doc["choices"])), np.zeros((1, 2)))[0].tolist()
    return scores


def sentence(word: str) -> str:
    """Return the template sentence by which a baseline describes the state that `word` names."""
    return f"The person's emotional state can be called {word}."


def _sets(name: str, docs: Sequence[Doc]) -> list[list[str]]:
    if name == "all":
        return [doc["choices"] for doc in docs]
    if name == "uniform":
        return [
            [choice for choice, score in zip(doc["choices"], row, strict=True) if score < 0.5]
            for doc, row in zip(docs, choice_scores(name, docs), strict=True)
        ]
    size = 1 if name == "majority" else SET_SIZE
    return [
        [doc["choices"][index] for index in np.argsort(row, kind="stable")[::-1][:size]]
        for doc, row in zip(docs, np.array(choice_scores(name, docs)), strict=True)
    ]


def _describe(name: str, docs: Sequence[Doc]) -> list[str]:
    terms = tuple(norms())
    if name == "uniform":
        return [sentence(terms[int(generator(doc).integers(len(terms)))]) for doc in docs]
    train = _train(docs[0])
    if name == "knn":
        return [train[index]["references"][0] for index in nearest_train_item(_fit(docs[0], ()), _points(docs))]
    labels = (
        terms if name in ("prototype", "gaussian") else tuple(sorted({name for doc in train for name in doc["labels"]}))
    )
    best = np.argmax(_SCORES[name](_fit(docs[0], labels), _points(docs)), axis=1)
    return [sentence(labels[index].casefold()) for index in best]


def _points(docs: Sequence[Doc]) -> Floats:
    return np.array([(doc["valence"], doc["arousal"]) for doc in docs], dtype=np.float64).reshape(-1, 2)


def _question(doc: Doc) -> Question:
    labels = tuple(doc["choices"])
    return Question(Kind(doc["kind"]), doc["features"], doc["source"], labels, derive=doc["derive"])


def _weigh(doc: Doc) -> list[float]:
    weigh = derivation(str(doc["derive"])).weigh
    if weigh is None:
        raise ValueError(f"documents derived by {doc['derive']} offer no choices to weigh")
    return weigh(doc)


def _train(doc: Doc) -> Docs:
    """Return the documents that baselines of the task of `doc` learn from."""
    question = _question(doc)
    return split(question, fitted_on(question)).docs


def _fit(doc: Doc, labels: tuple[str, ...]) -> Fit:
    if Kind(doc["kind"]) is Kind.CHOICE:
        return Fit(labels, np.empty((0, 2)), np.empty((0, len(labels)), dtype=bool), doc["source"], in_sample=False)
    train = _train(doc)
    kept = [[label for label in one["labels"] if label in labels] for one in train]
    in_sample = fitted_on(_question(doc)) == EVALUATED
    return Fit(labels, _points(train), membership(kept, labels), doc["source"], in_sample)
