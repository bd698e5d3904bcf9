"""Read valence and arousal back from a text, and compare them with the point that was given.

The reader is the public sentence encoder all-MiniLM-L6-v2 with small trained adapters (`va_readback.npz`, made by
`benchmarks/train_va_readback.py`): low-rank changes of its upper layers and linear heads on its mean last state. They
were trained on human ratings: EmoBank's train split (Buechel & Hahn 2017, EACL, 578-585) and the term means of Russell
& Mehrabian (1977) in our own sentence frames. The file is under CC BY-SA 4.0, like EmoBank (`va_readback.LICENSE.md`).
"""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from harness.text.adapter import SIGNATURE, halves, merge, pooled, signature
from harness.text.english import is_english
from harness.text.va_folds import FOLDS
from va_extractor.common.errors import InputError

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

    _Member = tuple[torch.nn.ModuleList, torch.nn.Linear]

Array = NDArray[np.float64]

PARAMETERS = "va_readback.npz"
MAX_TOKENS = 256
NEUTRAL_WEIGHT = 0.1  # of a sentence read as exactly neutral
_BATCH = 64
_SIGNATURE_TOLERANCE = 1e-4  # lets the same weights in another precision pass
_END = re.compile(r"(?<=[.!?…])[\"'”’)*_]*\s+|\n+")


def parameters() -> dict[str, NDArray[Any]]:
    """Return the trained arrays by name."""
    with (
        files("harness.text").joinpath(PARAMETERS).open("rb") as file,
        np.load(file, allow_pickle=False) as arrays,
    ):
        return dict(arrays)


def fingerprint() -> str:
    """Return the SHA-256 of the trained file, for the record of a run."""
    return hashlib.sha256(files("harness.text").joinpath(PARAMETERS).read_bytes()).hexdigest()


class Reader:
    """Read valence and arousal from English texts, sentence by sentence.

    It has one member a fold of emotion words, trained on no text with a word of that fold (`harness.text.va_folds`),
    and reports their mean. So a text can also be read by the member that never met its emotion word:
    `reader.without(fold_of(word))([text])`.

    Attributes:
        residual_sd: the reader's root mean squared error for valence and arousal, shape (2,), in units of [-1, 1], on
            human-rated sentences kept out of training.
    """

    def __init__(self, sentence_model: SentenceTransformer) -> None:
        """Adapt copies of the model's encoder; the model itself is not changed.

        Raises:
            InputError: the model is not all-MiniLM-L6-v2.
        """
        arrays = parameters()
        encoder: Any = getattr(sentence_model[0], "auto_model", None)
        if not hasattr(getattr(encoder, "encoder", None), "layer"):
            raise _other_embedder()
        if not np.isclose(signature(encoder), arrays[SIGNATURE], rtol=_SIGNATURE_TOLERANCE):
            raise _other_embedder()
        self._lower, upper = halves(encoder)
        self._lower.eval()
        self._members = [_member(upper, arrays, fold) for fold in range(FOLDS)]
        self._tokenizer: Any = sentence_model.tokenizer
        self._slope, self._offset = arrays["emobank.slope"], arrays["emobank.offset"]
        self._member_sd: Array = arrays["member_residual_sd"].astype(np.float64)
        self.residual_sd: Array = arrays["residual_sd"].astype(np.float64)

    def without(self, fold: int) -> Reader:
        """Return the reader whose training texts held no emotion word of the fold, in range(FOLDS).

        It shares the encoder with this one, so it costs nothing to make.
        """
        other = copy.copy(self)
        other._members = [self._members[fold]]
        other.residual_sd = self._member_sd[fold]
        return other

    def __call__(self, texts: Sequence[str]) -> Array:
        """Return valence and arousal of each text, shape (n, 2), in [-1, 1].

        A text's value is the mean of its sentences', each weighed by its distance from neutral (plus `NEUTRAL_WEIGHT`),
        so that sentences without a feeling dilute little. NaN for a text that is blank or not English.
        """
        parts = [sentences(text) if is_english(text) else [] for text in texts]
        read = self._sentences(sorted({sentence for part in parts for sentence in part}, key=len))
        return np.array([_weighed([read[sentence] for sentence in part]) for part in parts]).reshape(-1, 2)

    def _sentences(self, distinct: list[str]) -> dict[str, Array]:
        """Read each sentence; those of like length share a batch."""
        read: dict[str, Array] = {}
        for start in range(0, len(distinct), _BATCH):
            batch = distinct[start : start + _BATCH]
            read |= zip(batch, np.clip(self._read(batch), -1.0, 1.0), strict=True)
        return read

    def emobank_scale(self, read: Array) -> Array:
        """Return readings on the narrower scale on which EmoBank's raters placed sentences, shape (n, 2)."""
        return np.asarray(read * self._slope + self._offset)

    def from_emobank(self, rated: Array) -> Array:
        """Return EmoBank ratings, brought to [-1, 1], on the reader's scale, shape (n, 2)."""
        return np.asarray((rated - self._offset) / self._slope)

    def _read(self, texts: list[str]) -> Array:
        import torch

        inputs = self._tokenizer(texts, padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt")
        inputs = inputs.to(self._lower.device)
        with torch.inference_mode():
            hidden, mask = self._lower(**inputs).last_hidden_state, inputs["attention_mask"]
            read = torch.stack([head(pooled(blocks, hidden, mask)) for blocks, head in self._members]).mean(dim=0)
            return np.asarray(read.double().cpu().numpy())


def sentences(text: str) -> list[str]:
    """Split a text at sentence ends and line breaks; parts without a letter are left out."""
    return [part for part in _END.split(text) if any(map(str.isalpha, part))]


def _weighed(read: Sequence[Array]) -> Array:
    if not read:
        return np.full(2, np.nan)
    return np.average(read, axis=0, weights=np.linalg.norm(read, axis=1) + NEUTRAL_WEIGHT)


def _member(upper: torch.nn.ModuleList, arrays: dict[str, NDArray[Any]], fold: int) -> _Member:
    """Return the adapted upper blocks and the linear head of one member."""
    import torch

    blocks = copy.deepcopy(upper).eval()
    merge(blocks, arrays, f"{fold}.")
    weight, bias = (torch.from_numpy(arrays[f"{fold}.head.{part}"]) for part in ("weight", "bias"))
    like = next(blocks.parameters())
    head = torch.nn.Linear(weight.shape[1], weight.shape[0]).to(like)
    with torch.no_grad():
        head.weight.copy_(weight)
        head.bias.copy_(bias)
    return blocks, head


def _other_embedder() -> InputError:
    return InputError(
        "the VA reader needs the weights of all-MiniLM-L6-v2", code="changed", hint="leave --embedder out"
    )


def same_quadrant(a: Array, b: Array, sd: Array) -> Array:
    """Return the probability that two uncertain points are on the same side of neutral in valence and in arousal.

    With normal errors of standard deviation sd, a coordinate x is positive with probability Phi(x / sd). Two
    independent coordinates have the same sign with probability p q + (1 - p)(1 - q); the two dimensions are multiplied.
    Full agreement is 1; a neutral point gets 1/4 with any other.

    Args:
        a: points, shape (..., 2), valence and arousal in [-1, 1]; NaN marks no value.
        b: points, of a shape that broadcasts with a's.
        sd: error of valence and arousal, shape (2,).

    Returns:
        Shape (...), in [0, 1]; NaN where a point has no value.
    """
    from scipy.special import ndtr

    p, q = ndtr(a / sd), ndtr(b / sd)
    agreement: Array = np.prod(p * q + (1.0 - p) * (1.0 - q), axis=-1)
    return agreement


def distance(a: Array, b: Array) -> Array:
    """Return the Euclidean distance of two points in valence and arousal, shape (...), in [0, 2 sqrt 2]."""
    return np.asarray(np.linalg.norm(a - b, axis=-1))


def same_quadrant_by_chance(read: Array, given: Array, sd: Array, clusters: Sequence[str]) -> Array:
    """Return the mean `same_quadrant` of each reading with the points of other clusters: its floor.

    Args:
        read: valence and arousal read from n texts, shape (n, 2).
        given: the given points, shape (n, 2).
        sd: error of valence and arousal, shape (2,).
        clusters: cluster of each item, n long.

    Returns:
        Shape (n,), in [0, 1]; NaN where a reading has no value or no other cluster has a point.
    """
    from scipy.special import ndtr

    # The product over the dimensions is (a + b q)(a' + b' q') with a = 1 - p and b = 2 p - 1. Its mean over the others
    # therefore needs only their means of q, q' and q q'.
    code = np.unique(np.asarray(clusters), return_inverse=True)[1]
    known = np.asarray(~np.isnan(given).any(axis=1))
    q, p = ndtr(given / sd), ndtr(read / sd)
    terms = np.where(known[:, None], np.column_stack([np.ones(len(q)), q, q.prod(axis=1)]), 0.0)
    own_cluster = np.zeros((code.max(initial=-1) + 1, 4))
    np.add.at(own_cluster, code, terms)
    count, *sums = (terms.sum(axis=0) - own_cluster[code]).T
    q0, q1, q01 = (total / np.where(count > 0.5, count, np.nan) for total in sums)
    a, b = 1.0 - p, 2.0 * p - 1.0
    floor: Array = a.prod(axis=1) + b[:, 0] * a[:, 1] * q0 + a[:, 0] * b[:, 1] * q1 + b.prod(axis=1) * q01
    return floor
