"""A task sent to a model that keeps what it was sent."""

from __future__ import annotations

import gc
import random
from typing import Any

import numpy as np
import pytest
from lm_eval.api.model import LM

from harness.kinds.reading import read, to_answer
from harness.models import lm_eval as _compat
from harness.models.lm_eval import AskSettings
from harness.record import Seeds
from harness.tasks.documents import Documents
from harness.tasks.features import SHIPPED
from harness.tasks.load import Task, generation_arguments, load_tasks

SEEDS = Seeds(python=1, numpy=2, torch=3, fewshot=4, bootstrap=5, chance=6)


class Echo(LM):  # type: ignore[misc]  # lm-eval has no types
    """Answers with the last line of the prompt and the seed it would send."""

    def __init__(self) -> None:
        super().__init__()
        self._seed = 7
        self.sent: list[tuple[str, Any]] = []

    def generate_until(self, requests: list[Any]) -> list[str]:
        self.sent += [one.args for one in requests]
        return [f"{one.args[0][-30:]} {self._seed}" for one in requests]

    def loglikelihood(self, requests: list[Any]) -> list[tuple[float, bool]]:
        self.sent += [one.args for one in requests]
        return [(-float(len(one.args[1])), False) for one in requests]

    def loglikelihood_rolling(self, requests: list[Any]) -> list[float]:
        raise NotImplementedError

    def apply_chat_template(self, chat_history: list[dict[str, str]], add_generation_prompt: bool = True) -> str:
        return f"<{chat_history[-1]['content']}>"


def settings(**given: Any) -> AskSettings:
    usual: dict[str, Any] = {"num_fewshot": None, "limit": 6, "apply_chat_template": False}
    usual |= {"system_instruction": None, "gen_kwargs": {}, "seeds": SEEDS}
    return AskSettings(**(usual | given))


def task(name: str) -> Task:
    return load_tasks([name], [], SHIPPED)[0]


def test_documents_come_back_in_order_each_with_its_own_prompt_and_hash() -> None:
    one = task("iimi_basic")
    asked = _compat.ask(Echo(), one.name, one.engine, settings()) or []
    order = [doc["item"].item_id for doc in one.engine.eval_docs]
    places = [order.index(given.doc["item"].item_id) for given in asked]
    assert places == sorted(set(places))
    assert len(places) == 6
    assert _compat.asked_docs(one.engine, 6) == [given.doc for given in asked]
    assert [given.results for given in asked] == [[f"{given.prompt[-30:]} 7"] for given in asked]
    assert f"{asked[0].doc['valence']:.2f}" in asked[0].prompt
    prompts = {given.prompt for given in asked}
    assert len({given.request_hash for given in asked}) == len(prompts)


def test_each_choice_is_asked_for_its_log_likelihood() -> None:
    one = task("iimi_basic_mc")
    asked = _compat.ask(Echo(), one.name, one.engine, settings(limit=2)) or []
    for given in asked:
        assert [score for score, _ in given.results] == [-len(choice) - 1.0 for choice in given.doc["item"].choices]


def test_other_documents_pass_through_the_prompt_and_leave_the_task_as_it_was() -> None:
    one = task("iimi_basic")
    mine = _compat.asked_docs(one.engine, 6)
    other = mine[0].copy()
    other["item"] = other["item"].model_copy(update={"item_id": "other"})
    asked = _compat.ask_of(Echo(), one.name, one.engine, settings(), Documents([other])) or []
    assert [given.doc["item"].item_id for given in asked] == ["other"]
    assert _compat.asked_docs(one.engine, 6) == mine


def test_a_server_is_sent_another_seed_in_each_pass_and_its_own_afterwards() -> None:
    one, model = task("iimi_basic"), Echo()
    passes = _compat.ask_again(model, one.name, one.engine, settings(limit=1), 3) or []
    assert [given[0].results[0][-1] for given in passes] == ["7", "8", "9"]
    assert model._seed == 7


def test_generation_arguments_given_stand_over_those_of_the_task() -> None:
    one, model = task("iimi_basic"), Echo()
    given = {"temperature": 0.7}
    _compat.ask(model, one.name, one.engine, settings(limit=1, gen_kwargs=given))
    [(_, sent)] = model.sent
    assert sent["temperature"] == 0.7
    assert sent["max_gen_toks"] == 256
    assert generation_arguments(task("iimi_basic_mc").engine, given) == {}


class Says(Echo):
    """Answers every prompt with one text, as a server that cuts at stop texts does."""

    tokenizer_name = ""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def generate_until(self, requests: list[Any]) -> list[str]:
        self.sent += [one.args for one in requests]
        return [_cut(self.text, one.args[1]["until"]) for one in requests]


def _cut(text: str, stops: list[str]) -> str:
    return text[: min([text.find(stop) for stop in stops if stop in text], default=len(text))]


THOUGHT = "<think>\nValence: 0.5\n\n\nSo fear.</think>\nanger\n\n\nValence: 0.1"


@pytest.mark.parametrize(
    ("until", "said"),
    [([], THOUGHT), (["\n\n\n", "\nValence:"], THOUGHT.partition("\n\n\nValence")[0]), ("\nValence:", THOUGHT[:-13])],
)
def test_no_stop_text_is_sent_and_those_given_cut_the_answer_alone(until: Any, said: str) -> None:
    one, model = task("iimi_basic"), Says(THOUGHT)
    [asked] = _compat.ask(model, one.name, one.engine, settings(limit=1, gen_kwargs={"until": until})) or []
    assert asked.results == [said]
    assert model.sent[0][1]["until"] == []
    assert one.engine.config.generation_kwargs["until"] == []


def test_a_thought_has_tokens_of_its_own() -> None:
    one, model = task("iimi_basic"), Says("fear")
    _compat.ask(model, one.name, one.engine, settings(limit=1, reasoning_budget=1000))
    assert model.sent[0][1]["max_gen_toks"] == 1256


def test_a_thought_that_the_prompt_began_has_its_marker() -> None:
    class Opens(Says):
        def apply_chat_template(self, chat_history: list[dict[str, str]], add_generation_prompt: bool = True) -> str:
            return f"{chat_history[-1]['content']}<assistant><think>\n"

    one = task("iimi_basic")
    [asked] = (
        _compat.ask(Opens("It is fear, or"), one.name, one.engine, settings(limit=1, apply_chat_template=True)) or []
    )
    assert read(one.kind, asked.doc["item"], to_answer(asked.results), asked.prompt).status == "truncated"


def test_chat_turns_carry_no_cue_and_completion_prompts_keep_it() -> None:
    one, compared, model = task("iimi_basic"), task("va_compare"), Says("fear")
    for chat in (True, False):
        _compat.ask(model, one.name, one.engine, settings(limit=1, apply_chat_template=chat))
    _compat.ask(model, compared.name, compared.engine, settings(limit=1, apply_chat_template=True))
    in_chat, alone, question = (prompt for prompt, _ in model.sent)
    assert alone.endswith("\nEmotion:")
    before, values = alone.removesuffix("\nEmotion:").split("\n\n")
    asked = before[before.index("Which one") :]
    assert in_chat == f"<{before.removesuffix(asked).rstrip()}\n\n{values}\n\n{asked}>"
    assert question.endswith(("More pleasant:>", "More activated:>"))


def test_a_model_that_goes_on_is_read_up_to_the_next_question() -> None:
    one = task("iimi_basic")
    more = " fear\n\nValence: 0.30\nArousal: 0.10\nEmotion: anger\n\nValence: 0.10"
    restated = "Valence: 0.30\nArousal: 0.10\n\nValence: is high, so **anger**."
    for text, label in ((more, "fear"), (restated, "anger")):
        [asked] = _compat.ask(Says(text), one.name, one.engine, settings(limit=1)) or []
        assert read(one.kind, asked.doc["item"], to_answer(asked.results), asked.prompt).labels == (label,)


@pytest.mark.parametrize(("chat", "sent"), [(True, "<who?>"), (False, "who?")])
def test_prompts_of_no_task_are_sent_alone(chat: bool, sent: str) -> None:
    model = Echo()
    assert _compat.generate(model, ["who?"], {"until": []}, chat=chat) == [f"{sent} 7"]
    assert [prompt for prompt, _ in model.sent] == [sent]


def test_garbage_is_collected_seldom_for_a_while_and_as_before_afterwards() -> None:
    before = gc.get_threshold()
    with pytest.raises(KeyError), _compat.rare_collection():
        assert gc.get_threshold()[0] > 100 * before[0]
        raise KeyError
    assert gc.get_threshold() == before


def test_seeds_are_those_of_the_generators_themselves() -> None:
    _compat.set_seeds(Seeds(python=5, numpy=6, torch=7, fewshot=8, bootstrap=9, chance=10))
    assert random.random() == random.Random(5).random()
    assert np.random.random() == np.random.RandomState(6).random_sample()  # noqa: NPY002  what back ends draw from


def test_a_launcher_says_how_many_processes_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    assert _compat.processes() == 1
    monkeypatch.setenv("WORLD_SIZE", "4")
    assert _compat.processes() == 4
