"""Everything that touches lm-eval's insides (0.4.13), so that a new version of it is met in one file."""

from __future__ import annotations

import copy
import gc
import hashlib
import json
import logging
import os
import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import lm_eval
import numpy as np
from lm_eval import utils
from lm_eval.api.instance import Instance
from lm_eval.api.model import LM
from lm_eval.api.registry import get_model, model_registry
from lm_eval.api.task import ConfigurableTask
from lm_eval.evaluator_utils import get_sample_size

from harness import sandbox
from harness.answers.model import KeepingLM, Saved
from harness.docs import Doc, Docs
from harness.functions._kind import Dataset, Scorer
from leaderboard.schema import Seeds

_OURS = {
    "baseline": "harness.baselines.model:BaselineLM",
    "hf-tree": "harness.tree.model:PrefixTreeLM",
    "tree-completions": "harness.tree.server:TreeCompletions",
}
_OBJECTS_A_COLLECTION = 200_000
_TALKATIVE = ("lm_eval.api.task", "lm_eval.evaluator", "lm_eval.tasks", "lm_eval.api.registry", "lm_eval.config.task")


@dataclass(frozen=True)
class AskSettings:
    """How lm-eval is to ask: its own options, under its own names."""

    num_fewshot: int | None
    limit: float | None
    apply_chat_template: bool
    system_instruction: str | None
    gen_kwargs: Mapping[str, Any]
    seeds: Seeds


@dataclass(frozen=True)
class Asked:
    """One document with what was sent and what came back.

    Attributes:
        doc: the document.
        prompt: the whole context sent.
        request_hash: SHA-256 over request type, prompt, choices or generation arguments.
        results: the text, or (log-likelihood, greedy) of each choice.
    """

    doc: Doc
    prompt: str
    request_hash: str
    results: list[Any]


def quiet() -> None:
    """Silence what lm-eval says about tasks and defaults; what models say stays."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.ERROR)


def build_task(config: dict[str, Any], path: Path, features: str) -> ConfigurableTask:
    """Build a task from its resolved values, with its documents; lm-eval reads no file and imports nothing for it."""
    utils.apply_template = sandbox.render
    metadata = {**config.get("metadata", {}), "features": features, "config_source": str(path)}
    return ConfigurableTask(config={**config, "metadata": metadata})


def scorer_of(task: ConfigurableTask) -> Scorer | None:
    """Return our scorer of a task; None where the task scores in another way."""
    scorer = task.config.process_results
    return scorer if isinstance(scorer, Scorer) else None


def dataset_of(task: ConfigurableTask) -> Dataset | None:
    """Return our dataset function of a task; None where its documents come from elsewhere."""
    dataset = task.config.custom_dataset
    return dataset if isinstance(dataset, Dataset) else None


def metric_names(task: ConfigurableTask) -> set[str]:
    """Return the names in a task's `metric_list`."""
    return set(task.aggregation())


def create_model(backend: str, args: Mapping[str, Any], options: Mapping[str, Any]) -> LM:
    """Make a model by lm-eval's name of its back end.

    Raises:
        Whatever the back end raises; `harness.models` turns it into one line.
    """
    _register()
    return get_model(backend).create_from_arg_obj(dict(args), dict(options))


def _register() -> None:
    """Make every back end known by name: lm-eval's, then ours."""
    import lm_eval.models  # noqa: F401  registers the names

    for name, target in _OURS.items():
        if name not in model_registry:
            model_registry.register(name, target=target)


def parse_args_string(text: str) -> dict[str, Any]:
    """Read lm-eval's `key=value,key=value` form."""
    args: dict[str, Any] = utils.simple_parse_args_string(text)
    return args


def backends() -> list[str]:
    """Return the names of every back end, lm-eval's and ours."""
    _register()
    return sorted(model_registry.keys())


def ask(lm: LM | KeepingLM, name: str, task: ConfigurableTask, settings: AskSettings) -> list[Asked] | None:
    """Send every document of one task to the model.

    Returns:
        What came back, in the order of documents; None on all but the first process of a data-parallel run.
    """
    _configure(task, settings)
    with rare_collection():
        lm_eval.evaluate(
            lm=lm,
            task_dict={"tasks": {name: task}, "groups": {}, "group_map": {}},
            limit=settings.limit,
            bootstrap_iters=0,
            log_samples=False,
            system_instruction=settings.system_instruction,
            apply_chat_template=settings.apply_chat_template,
            fewshot_as_multiturn=settings.apply_chat_template,
        )
        here = _asked(task)
        task._instances = None  # the requests are the bulk of a run's memory, and were all read
    if lm.world_size == 1:
        return [asked for _, asked in here]
    ranks = lm.gather_object(here, dst=0)
    if lm.rank != 0:
        return None
    return [asked for _, asked in sorted((row for rank in ranks for row in rank), key=lambda row: row[0])]


def asked_docs(task: ConfigurableTask, settings: AskSettings) -> Docs:
    """Return the documents that `ask` sends, in order."""
    limit = get_sample_size(task, settings.limit)
    return Docs(task.eval_docs[:limit])


def ask_of(
    lm: LM | KeepingLM, name: str, task: ConfigurableTask, settings: AskSettings, docs: Docs
) -> list[Asked] | None:
    """Send other documents through a task's prompt, all of them; returns as `ask`.

    A data-parallel run needs one document a process at least, so fewer are sent several times.
    """
    split = task.config.test_split
    usual = task.dataset[split]
    task.dataset[split] = Docs(docs * -(-lm.world_size // len(docs)))
    try:
        asked = ask(lm, name, task, replace(settings, limit=None))
    finally:
        task.dataset[split] = usual
    return None if asked is None else asked[: len(docs)]


def ask_again(
    lm: LM | KeepingLM, name: str, task: ConfigurableTask, settings: AskSettings, repeats: int
) -> list[list[Asked]] | None:
    """Send every document of one task to a sampling model several times, one whole pass after the other.

    A local back end's random generator runs on from pass to pass. A server is sent a seed with each request, the same
    for all, so each further pass is sent the next one. (lm-eval's own `repeats` would send one seed throughout, and
    its filters drop all answers but the first.)

    Returns:
        What came back in each pass; None on all but the first process of a data-parallel run.
    """
    model = lm.inner if isinstance(lm, KeepingLM) else lm
    sent: int | None = getattr(model, "_seed", None)
    passes = []
    for number in range(repeats):
        if sent is not None:
            model._seed = sent + number
        if isinstance(lm, KeepingLM):
            lm.repeat = number
        passes.append(ask(lm, name, task, settings))
    if sent is not None:
        model._seed = sent
    whole = [asked for asked in passes if asked is not None]
    return whole if len(whole) == repeats else None


def generate(lm: LM | KeepingLM, prompts: Sequence[str], arguments: Mapping[str, Any], *, chat: bool) -> list[Any]:
    """Send prompts that are of no task, each by itself, in one user message where `chat`; return what came back."""
    texts = [lm.apply_chat_template([{"role": "user", "content": prompt}]) if chat else prompt for prompt in prompts]
    requests = [
        Instance("generate_until", {}, (text, copy.deepcopy(dict(arguments))), 0, ("prompts", number, 1))
        for number, text in enumerate(texts)
    ]
    return list(lm.generate_until(requests))


def generation_arguments(task: ConfigurableTask, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a task's generation arguments with `given` over them; empty for log-likelihood tasks."""
    return {**(task.config.generation_kwargs or {}), **given} if task.OUTPUT_TYPE == "generate_until" else {}


@contextmanager
def rare_collection() -> Iterator[None]:
    """Collect cyclic garbage a few hundred times less often: a quarter million requests are no garbage.

    Walking over them again and again was three quarters of the time to ask 10,000 documents 26 choices each.
    """
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS_A_COLLECTION, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def set_seeds(seeds: Seeds) -> None:
    """Seed Python, numpy and, where it is loaded, torch."""
    random.seed(seeds.python)
    np.random.seed(seeds.numpy)  # noqa: NPY002  back ends draw from the global generator
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seeds.torch)


def count_tokens(lm: LM | KeepingLM, texts: Sequence[str]) -> int | None:
    """Count tokens by the model's own tokenizer; None where it has none on this side."""
    tokenizer = getattr(lm, "tokenizer", None)
    if not callable(tokenizer):
        return None
    return sum(map(len, tokenizer(list(texts), add_special_tokens=False)["input_ids"])) if texts else 0


def model_revision(lm: LM) -> str | None:
    """Return the commit that the back end says it loaded; None where it says none."""
    info: dict[str, Any] = lm.get_model_info() if hasattr(lm, "get_model_info") else {}
    revision = info.get("model_sha")
    return str(revision) if revision else None


def hub_commit(args: Mapping[str, Any]) -> str | None:
    """Return the commit that lm-eval's Hugging Face back end will say it loaded, without loading it."""
    if "pretrained" not in args:
        return None
    from huggingface_hub import HfApi

    try:
        found = HfApi().model_info(repo_id=str(args["pretrained"]), revision=str(args.get("revision", "main")))
    except Exception:  # as lm-eval, which knows no commit of a local folder or without a network
        return None
    return str(found.sha) if found.sha else None


def scoring_path(lm: LM | KeepingLM) -> tuple[str | None, str | None]:
    """Return how the prefix-tree back end scored labels, and why not by the tree; None for other back ends."""
    return getattr(lm, "scoring_path", None), getattr(lm, "scoring_note", None)


def stopped(lm: LM | KeepingLM) -> str | None:
    """Return why our API back end stopped asking before all was answered; None for all other models and reasons."""
    reason = getattr(lm, "stopped", None)
    return str(reason) if reason else None


def changes(lm: LM | KeepingLM) -> tuple[str, ...]:
    """Return what our API back end sent otherwise than asked for, because the provider refuses it."""
    return tuple(getattr(lm, "changes", ()))


def reported(lm: LM | KeepingLM) -> str | None:
    """Return the versions of the model that a provider says it asked; None where it says none, or for other models."""
    return ", ".join(lm.versions) or None if isinstance(lm, KeepingLM) else None


def saved(lm: LM | KeepingLM) -> Saved:
    """Return how many requests were answered without asking."""
    return lm.saved if isinstance(lm, KeepingLM) else Saved()


def processes() -> int:
    """Return how many processes a launcher (`accelerate launch`, `torchrun`) started for this run."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def chat_template_of(lm: LM) -> str | None:
    """Return the model's chat template; None where it has none or does not show it."""
    template = getattr(getattr(lm, "tokenizer", None), "chat_template", None)
    return template if isinstance(template, str) else None


def template_text(task: ConfigurableTask) -> str:
    """Return everything of a task that decides its prompts and answers, as one canonical JSON text."""
    config = task.config
    parts = {
        "doc_to_text": config.doc_to_text,
        "description": config.description,
        "doc_to_choice": config.doc_to_choice,
        "doc_to_target": config.doc_to_target,
        "target_delimiter": config.target_delimiter,
        "fewshot_delimiter": config.fewshot_delimiter,
        "gen_prefix": config.gen_prefix,
        "output_type": config.output_type,
        "generation_kwargs": config.generation_kwargs,
        "filter_list": config.filter_list,
    }
    return json.dumps(parts, sort_keys=True, default=str)


def _configure(task: ConfigurableTask, settings: AskSettings) -> None:
    """Apply run options as lm-eval's `simple_evaluate` does, and take scoring out of its hands."""
    if task.OUTPUT_TYPE == "generate_until" and settings.gen_kwargs:
        task.set_config(key="generation_kwargs", value=dict(settings.gen_kwargs), update=True)
    task.set_config(key="num_fewshot", value=settings.num_fewshot or task.config.num_fewshot or 0)
    task.set_fewshot_seed(seed=settings.seeds.fewshot)
    task.process_results = _score_nothing


def _score_nothing(doc: Doc, results: Sequence[Any]) -> dict[str, Any]:
    """Leave scoring to `harness.scoring`, which works from the samples that are written."""
    return {}


def _asked(task: ConfigurableTask) -> list[tuple[int, Asked]]:
    """Collect a task's requests by document; of several filter pipelines the first counts."""
    by_doc: dict[int, list[Any]] = defaultdict(list)
    for instance in task.instances:
        by_doc[instance.doc_id].append(instance)
    kwargs = task.config.generation_kwargs if task.OUTPUT_TYPE == "generate_until" else None
    return [(doc_id, _one(instances, kwargs)) for doc_id, instances in sorted(by_doc.items())]


def _one(instances: list[Any], generation_kwargs: dict[str, Any] | None) -> Asked:
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
        results=[next(iter(instance.filtered_resps.values())) for instance in instances],
    )
