"""The token trie of many (context, continuation) pairs, as flat arrays in depth-first order.

In depth-first order the descendants of a token are the tokens that follow it up to ``end``, so that "j is an ancestor
of i (or i itself)" is ``j <= i < end[j]``: the whole attention mask follows from one array.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Tokens = Sequence[int]
Pair = tuple[Tokens, Tokens]
Ints = NDArray[np.int64]
Answer = tuple[float, bool]
"""Log-likelihood in nats, and whether greedy decoding would give the continuation: what lm-eval asks for."""


@dataclass(frozen=True)
class TokenTrie:
    """N trie tokens in depth-first order and the E next-token predictions that are asked of them.

    Attributes:
        tokens: Token ids, shape [N].
        depth: Position of each token on its path, 0 for a first token, shape [N].
        end: One past the last descendant of each token, shape [N].
        edge_node: For each prediction the trie token that predicts, ascending, shape [E].
        edge_token: For each prediction the token id predicted, shape [E].
        edge_pair: For each prediction the distinct pair it belongs to, shape [E].
        pair_of: For each pair given to `build_trie`, its distinct pair.
        n_pairs: How many distinct pairs there are.
    """

    tokens: Ints
    depth: Ints
    end: Ints
    edge_node: Ints
    edge_token: Ints
    edge_pair: Ints
    pair_of: list[int]
    n_pairs: int

    def __len__(self) -> int:
        return len(self.tokens)

    def paths_to(self, nodes: Ints) -> list[list[int]]:
        """Token ids from the first token of the path to each trie token, itself included.

        Args:
            nodes: Trie tokens, ascending, shape [n].
        """
        wanted = set(nodes.tolist())
        path: list[int] = []
        paths = []
        for node, (token, depth) in enumerate(zip(self.tokens.tolist(), self.depth.tolist(), strict=True)):
            del path[depth:]
            path.append(token)
            if node in wanted:
                paths.append(list(path))
        return paths

    def sums(self, logprobs: NDArray[np.float64], greedy: NDArray[np.bool_]) -> list[Answer]:
        """Answers to the pairs given to `build_trie` from the predictions' log-probabilities and greedy flags, [E]."""
        total = np.bincount(self.edge_pair, weights=logprobs, minlength=self.n_pairs)
        missed = np.bincount(self.edge_pair, weights=~greedy, minlength=self.n_pairs)
        return [(float(total[pair]), bool(missed[pair] == 0)) for pair in self.pair_of]

    def edges_of(self, nodes: Ints) -> tuple[Ints, Ints]:
        """The predictions asked of some trie tokens.

        Args:
            nodes: Trie tokens, shape [n].

        Returns:
            For each prediction the index into `nodes` of the token that predicts, and its index into the edge arrays.
        """
        first = np.searchsorted(self.edge_node, nodes, side="left")
        count = np.searchsorted(self.edge_node, nodes, side="right") - first
        owner = np.repeat(np.arange(len(nodes)), count)
        within = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
        return owner, first[owner] + within

    def is_scored(self, nodes: Ints) -> NDArray[np.bool_]:
        """Which trie tokens predict anything, in the shape of `nodes`; -1 (padding) does not."""
        first = np.searchsorted(self.edge_node, nodes, side="left")
        return np.searchsorted(self.edge_node, nodes, side="right") > first


def truncate(pairs: Sequence[Pair], max_length: int) -> list[Pair]:
    """Drop tokens on the left of contexts as lm-eval does: context and continuation keep `max_length` + 1 together."""
    surplus = [len(context) + len(continuation) - max_length - 1 for context, continuation in pairs]
    return [
        (context[cut:], continuation) if cut > 0 else (context, continuation)
        for (context, continuation), cut in zip(pairs, surplus, strict=True)
    ]


def build_trie(pairs: Sequence[Pair]) -> TokenTrie:
    """Build the trie of what a causal model must read to score `pairs`: context + continuation without its last token.

    Args:
        pairs: (context, continuation) token ids, neither of them empty. Equal pairs are kept once.

    Returns:
        The trie; its length is the smallest number of tokens that can be forwarded to score all the pairs.
    """
    distinct, pair_of = _distinct(pairs)
    order = sorted(range(len(distinct)), key=lambda i: distinct[i][0])
    tokens: list[int] = []
    depth: list[int] = []
    end: list[int] = []
    edges: list[tuple[int, int, int]] = []
    path: list[int] = []
    previous: Ints = np.empty(0, dtype=np.int64)
    for pair in order:
        key, context_length, continuation = distinct[pair]
        sequence = np.frombuffer(key, dtype=">u4").astype(np.int64)
        shared = _common_prefix(previous, sequence)
        for node in path[shared:]:
            end[node] = len(tokens)
        del path[shared:]
        path.extend(range(len(tokens), len(tokens) + len(sequence) - shared))
        tokens.extend(sequence[shared:].tolist())
        depth.extend(range(shared, len(sequence)))
        end.extend([0] * (len(sequence) - shared))
        edges.extend((path[context_length - 1 + i], token, pair) for i, token in enumerate(continuation))
        previous = sequence
    for node in path:
        end[node] = len(tokens)
    edge_array = np.array(edges, dtype=np.int64).reshape(-1, 3)
    edge_array = edge_array[np.argsort(edge_array[:, 0], kind="stable")]
    return TokenTrie(
        tokens=np.array(tokens, dtype=np.int64),
        depth=np.array(depth, dtype=np.int64),
        end=np.array(end, dtype=np.int64),
        edge_node=np.ascontiguousarray(edge_array[:, 0]),
        edge_token=np.ascontiguousarray(edge_array[:, 1]),
        edge_pair=np.ascontiguousarray(edge_array[:, 2]),
        pair_of=pair_of,
        n_pairs=len(distinct),
    )


def choose_probe(pairs: Sequence[Pair]) -> tuple[list[Pair], list[int]]:
    """Choose the pairs on which a path is checked before it scores the rest.

    These are the first, last, shortest and longest context with all their labels, and one label of each to compare.

    The label is the last one in depth-first order, since a broken mask would show it all the others. The second
    context is added without a comparison: it probably begins like the first.

    Args:
        pairs: Truncated pairs, not empty.

    Returns:
        The pairs to score together, and the indices among them of those to compare.
    """
    contexts: dict[tuple[int, ...], list[int]] = {}
    last_context, members = None, []
    for index, (context, _) in enumerate(pairs):
        if context is not last_context:
            last_context, members = context, contexts.setdefault(tuple(context), [])
        members.append(index)
    groups = list(contexts.values())
    by_length = sorted(groups, key=lambda group: len(pairs[group[0]][0]))
    chosen = {id(group): group for group in (groups[0], groups[-1], by_length[0], by_length[-1])}
    neighbour = groups[min(1, len(groups) - 1)]
    probe: list[Pair] = []
    compared: list[int] = []
    for group in chosen.values():
        last = max(range(len(group)), key=lambda i: tuple(pairs[group[i]][1]))
        compared.append(len(probe) + last)
        probe.extend(pairs[i] for i in group)
    if id(neighbour) not in chosen:
        probe.extend(pairs[i] for i in neighbour)
    return probe, compared


def _distinct(pairs: Sequence[Pair]) -> tuple[list[tuple[bytes, int, Tokens]], list[int]]:
    """Distinct pairs as (tokens to read, context length, continuation), and the distinct pair of each pair.

    The tokens to read are big-endian bytes, whose order is the order of the token ids: a sort compares them by memcmp.
    """
    distinct: list[tuple[bytes, int, Tokens]] = []
    index: dict[tuple[bytes, bytes], int] = {}
    pair_of: list[int] = []
    last_context: Tokens | None = None
    context_bytes = b""
    for context, continuation in pairs:
        if context is not last_context:
            last_context, context_bytes = context, _to_bytes(context)
        continuation_bytes = _to_bytes(continuation)
        key = (context_bytes, continuation_bytes)
        if key not in index:
            index[key] = len(distinct)
            distinct.append((context_bytes + continuation_bytes[:-4], len(context), continuation))
        pair_of.append(index[key])
    return distinct, pair_of


def _to_bytes(tokens: Tokens) -> bytes:
    return np.asarray(tokens, dtype=">u4").tobytes()


def _common_prefix(a: Ints, b: Ints) -> int:
    n = min(len(a), len(b))
    differs = a[:n] != b[:n]
    return int(differs.argmax()) if differs.any() else n
