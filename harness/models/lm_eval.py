"""Send the documents of a task to a model by `lm_eval.evaluate`, and set up the process for it (lm-eval 0.4.13)."""

from __future__ import annotations

import copy
import gc
import hashlib
import json
import os
import random
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import lm_eval
import numpy as np
from lm_eval.api.instance import Instance
from lm_eval.api.model import LM
from lm_eval.api.task import ConfigurableTask

from harness.models.cache.model import CachedLM
from harness.record import Answer, Seeds
from harness.tasks.documents import Document, Documents
from harness.tasks.load import generation_arguments
from harness.tasks.prompts import sandbox
from harness.tasks.sampling import sample, size
from harness.text.reasoning import cut, opened

MAX_TOKENS = 256  # lm-eval's default
ASKING = 2  # sentences: what to do, and in which form
_SENTENCE_END = re.compile(r"[.?!](?=\s|\Z)|[。？！]")
_OBJECTS_A_COLLECTION = 200_000


@dataclass(frozen=True)
class AskSettings:
    """Options of lm-eval, under its own names, and the tokens that a thought may take besides `max_gen_toks`."""

    num_fewshot: int | None
    limit: float | None
    apply_chat_template: bool
    system_instruction: str | None
    gen_kwargs: Mapping[str, Any]
    seeds: Seeds
    reasoning_budget: int = 0


@dataclass(frozen=True)
class Asked:
    """One document with its prompt and answers.

    Attributes:
        doc: the document.
        prompt: the whole context.
        request_hash: SHA-256 over request type, prompt, choices or generation arguments.
        results: the text, or (log-likelihood, greedy) of each choice.
    """

    doc: Document
    prompt: str
    request_hash: str
    results: list[Any]


def ask(lm: LM | CachedLM, name: str, task: ConfigurableTask, settings: AskSettings) -> list[Asked] | None:
    """Send every document of one task to the model.

    Returns:
        Answers, in the order of documents; None on all but the first process of a data-parallel run.
    """
    return _ask(lm, name, task, settings, asked_docs(task, settings.limit))


def _ask(
    lm: LM | CachedLM, name: str, task: ConfigurableTask, settings: AskSettings, docs: Documents
) -> list[Asked] | None:
    stops = generation_arguments(task, settings.gen_kwargs).get("until") or []
    with rare_collection(), _instead(task, docs), _configured(task, settings):
        lm_eval.evaluate(
            lm=lm,
            task_dict={"tasks": {name: task}, "groups": {}, "group_map": {}},
            bootstrap_iters=0,
            log_samples=False,
            system_instruction=settings.system_instruction,
            apply_chat_template=settings.apply_chat_template,
            fewshot_as_multiturn=settings.apply_chat_template,
        )
        here = _asked(task, [stops] if isinstance(stops, str) else stops)
        task._instances = None  # frees most of a run's memory
    if lm.world_size == 1:
        return [asked for _, asked in here]
    ranks = lm.gather_object(here, dst=0)
    if lm.rank != 0:
        return None
    return [asked for _, asked in sorted((row for rank in ranks for row in rank), key=lambda row: row[0])]


def asked_docs(task: ConfigurableTask, limit: float | None) -> Documents:
    """Return the documents that `ask` sends, in order: all, or a stratified sample under a limit."""
    docs = task.eval_docs
    chosen = sample([doc["item"] for doc in docs], size(limit, len(docs)))
    return Documents(docs[index] for index in chosen)


def ask_of(
    lm: LM | CachedLM, name: str, task: ConfigurableTask, settings: AskSettings, docs: Documents
) -> list[Asked] | None:
    """Send other documents with a task's prompt; return as `ask`.

    A data-parallel run needs at least one document a process, so fewer are sent several times.
    """
    asked = _ask(lm, name, task, settings, Documents(docs * -(-lm.world_size // len(docs))))
    return None if asked is None else asked[: len(docs)]


@contextmanager
def _instead(task: ConfigurableTask, docs: Documents) -> Iterator[None]:
    """Give a task other documents for a while."""
    split = task.config.test_split
    usual = task.dataset[split]
    task.dataset[split] = docs
    try:
        yield
    finally:
        task.dataset[split] = usual


def ask_again(
    lm: LM | CachedLM, name: str, task: ConfigurableTask, settings: AskSettings, repeats: int
) -> list[list[Asked]] | None:
    """Send every document of one task to a sampling model several times, one whole pass after the other.

    A local back end's random generator continues from pass to pass. A server gets one seed with each request of a pass,
    and the next seed in the next pass. (lm-eval's own `repeats` sends one seed throughout, and its filters drop all
    answers but the first.)

    Returns:
        Answers of each pass; None on all but the first process of a data-parallel run.
    """
    model = lm.inner if isinstance(lm, CachedLM) else lm
    sent: int | None = getattr(model, "_seed", None)
    passes = []
    for number in range(repeats):
        if sent is not None:
            model._seed = sent + number
        if isinstance(lm, CachedLM):
            lm.repeat = number
        passes.append(ask(lm, name, task, settings))
    if sent is not None:
        model._seed = sent
    whole = [asked for asked in passes if asked is not None]
    return whole if len(whole) == repeats else None


def generate(lm: LM | CachedLM, prompts: Sequence[str], arguments: Mapping[str, Any], *, chat: bool) -> list[Any]:
    """Send prompts without a task, each in one user message if `chat`; return the answers."""
    texts = [lm.apply_chat_template([{"role": "user", "content": prompt}]) if chat else prompt for prompt in prompts]
    requests = [
        Instance("generate_until", {}, (text, copy.deepcopy(dict(arguments))), 0, ("prompts", number, 1))
        for number, text in enumerate(texts)
    ]
    return list(lm.generate_until(requests))


@contextmanager
def _configured(task: ConfigurableTask, settings: AskSettings) -> Iterator[None]:
    """Apply options as lm-eval's `simple_evaluate` does, and turn its scoring off.

    No stop text is sent, since it could end a thought; answers are cut when they are there. A chat turn shows the
    values and then asks, without a cue.
    """
    usual = task.config.generation_kwargs
    if task.OUTPUT_TYPE == "generate_until":
        given = generation_arguments(task, settings.gen_kwargs)
        length = int(given.get("max_gen_toks", MAX_TOKENS)) + settings.reasoning_budget
        task.set_config(key="generation_kwargs", value={**given, "until": [], "max_gen_toks": length})
    task.set_config(key="num_fewshot", value=settings.num_fewshot or task.config.num_fewshot or 0)
    task.set_fewshot_seed(seed=settings.seeds.fewshot)
    task.process_results = _score_nothing
    if settings.apply_chat_template and _has_cue(task.config.doc_to_text):
        task.doc_to_text = partial(_asking_last, task.doc_to_text)
    try:
        yield
    finally:
        task.set_config(key="generation_kwargs", value=usual)
        task.__dict__.pop("doc_to_text", None)


def _has_cue(template: Any) -> bool:
    """Return whether the last line of a prompt template only invites the answer ("Emotion:").

    It helps a model that completes a text. In a chat, models repeat it.
    """
    last = re.split(r"\n|%}", template.rstrip())[-1] if isinstance(template, str) else ""
    return last.endswith((":", "：")) and sandbox.names(last) <= {"reasoning"}


def _asking_last(whole: Callable[..., str], *args: Any) -> str:
    """Render a prompt without its cue, and with the sentences that ask behind the values.

    The sentences that ask are the last two before the values. Where examples are before the values, they stay.
    """
    before, blank, values = whole(*args).rstrip().rpartition("\n")[0].rstrip().rpartition("\n\n")
    ends = [found.end() for found in _SENTENCE_END.finditer(before)]
    if not blank or len(ends) < ASKING + 1 or ends[-1] != len(before) or "\n\n" in before:
        return f"{before}{blank}{values}"
    start = ends[-ASKING - 1]
    return f"{before[:start].rstrip()}\n\n{values}\n\n{before[start:].strip()}"


def _score_nothing(doc: Document, results: Sequence[Any]) -> dict[str, Any]:
    """Score nothing: `harness.scoring.score` scores the samples."""
    return {}


def _asked(task: ConfigurableTask, stops: Sequence[str]) -> list[tuple[int, Asked]]:
    """Collect a task's requests by document."""
    by_doc: dict[int, list[Any]] = defaultdict(list)
    for instance in task.instances:
        by_doc[instance.doc_id].append(instance)
    kwargs = task.config.generation_kwargs if task.OUTPUT_TYPE == "generate_until" else None
    return [(doc_id, _one(instances, kwargs, stops)) for doc_id, instances in sorted(by_doc.items())]


def _one(instances: list[Any], generation_kwargs: dict[str, Any] | None, stops: Sequence[str]) -> Asked:
    instances.sort(key=lambda instance: instance.idx)
    first = instances[0]
    prompt = first.args[0] if isinstance(first.args[0], str) else first.args[0].prompt
    decides = [
        first.request_type,
        prompt,
        [instance.args[1] for instance in instances] if generation_kwargs is None else generation_kwargs,
    ]
    return Asked(
        doc=first.doc,
        prompt=prompt,
        request_hash=hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest(),
        results=[_said(next(iter(one.filtered_resps.values())), prompt, stops) for one in instances],
    )


def _said(result: Any, prompt: str, stops: Sequence[str]) -> Any:
    """Return a result with the marker of a thought that the prompt began, cut at the stop texts within the answer."""
    if isinstance(result, Answer):
        return result if result.text is None else result.model_copy(update={"text": cut(result.text, stops)})
    return cut(opened(prompt) + result, stops) if isinstance(result, str) else result


@contextmanager
def rare_collection() -> Iterator[None]:
    """Collect cyclic garbage a few hundred times less often.

    With 10,000 documents of 26 choices each, collection took three quarters of the time: requests are not garbage.
    """
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS_A_COLLECTION, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def set_seeds(seeds: Seeds) -> None:
    """Seed Python, numpy and, if it is loaded, torch."""
    random.seed(seeds.python)
    np.random.seed(seeds.numpy)  # noqa: NPY002  back ends draw from the global generator
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seeds.torch)


def processes() -> int:
    """Return how many processes a launcher (`accelerate launch`, `torchrun`) started for this run."""
    return int(os.environ.get("WORLD_SIZE", "1"))
