"""Answers in other languages and answers in steps: what they name is read as the English label, once and only that."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.kinds import get
from harness.kinds.reading import read
from harness.record import Answer, Language, Parsed
from harness.tasks.prompts.axes import LANGUAGES
from harness.tasks.prompts.languages import words as wording
from harness.text.languages import words
from harness.text.native import normal
from tests.making import item
from va_extractor.emotions.labels import BASIC, EMOTIC

NATIVE = LANGUAGES[1:]
SETS = (BASIC, EMOTIC)
DECORATIONS = (
    "{}", "**{}**", "*{}*.", "{}.", "{}。", '"{}"', "“{}”", "「{}」", "- {}", "### {}", "`{}`", "\n{}\n", "({})", "{}!",
    "Answer: {}", "LEAD: {}", "LEAD：{}", "**LEAD:** {}", "**LEAD: {}**",
)  # fmt: skip
CASES = [
    (language, labels, label, name)
    for language in NATIVE
    for labels in SETS
    for label in labels
    for name in words(language).labels[label.casefold()]
]


def one(text: str, labels: tuple[str, ...], language: Language, *, steps: bool = False) -> Parsed:
    asked = item(0, labels=[labels[0]], choices=labels).model_copy(update={"language": language, "steps": steps})
    return read(get("single_label"), asked, Answer(text=text))


def many(text: str, labels: tuple[str, ...], language: Language) -> set[str]:
    asked = item(0, labels=[labels[0]], choices=labels).model_copy(update={"language": language})
    return set(read(get("multi_label"), asked, Answer(text=text)).labels)


@given(
    st.sampled_from(CASES), st.sampled_from(DECORATIONS), st.sampled_from(("upper", "lower", "title", "NFD", "none"))
)
def test_every_label_of_every_language_is_read_as_its_english_one(
    case: tuple[Language, tuple[str, ...], str, str], decoration: str, form: str
) -> None:
    language, labels, label, name = case
    written = unicodedata.normalize("NFD", name) if form == "NFD" else getattr(name, form)() if form != "none" else name
    text = decoration.replace("LEAD", words(language).answer).format(written)
    assert one(text, labels, language) == Parsed(status="ok", labels=(label,))


@pytest.mark.parametrize("language", NATIVE)
def test_every_word_of_a_language_is_read_as_it_is(language: Language) -> None:
    for _, labels, label, name in (case for case in CASES if case[0] == language):
        assert one(name, labels, language).labels == (label,), name


@pytest.mark.parametrize("language", NATIVE)
@pytest.mark.parametrize("labels", SETS, ids=("basic", "emotic"))
def test_no_word_stands_for_two_labels(language: Language, labels: tuple[str, ...]) -> None:
    owner: dict[str, str] = {}
    for label in labels:
        for name in (*words(language).labels[label.casefold()], label):
            assert owner.setdefault(normal(name, language), label) == label, name
    shown = [words(language).labels[label.casefold()][0] for label in labels]
    assert len(set(shown)) == len(labels)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("labels", SETS, ids=("basic", "emotic"))
def test_english_labels_are_read_in_every_language(language: Language, labels: tuple[str, ...]) -> None:
    for label in labels:
        assert one(f"**{label}**", labels, language).labels == (label,)
    assert many(json.dumps(labels), labels, language) == set(labels)


@given(st.sampled_from(NATIVE), st.sampled_from(SETS), st.data())
def test_a_list_of_native_labels_is_read_in_every_form(
    language: Language, labels: tuple[str, ...], data: st.DataObject
) -> None:
    chosen = data.draw(st.lists(st.sampled_from(labels), min_size=1, max_size=6, unique=True))
    names = [data.draw(st.sampled_from(words(language).labels[label.casefold()])) for label in chosen]
    between, colon = wording(language).separator, wording(language).colon
    conjunction = words(language).conjunctions[0]
    joined = {"zh": conjunction, "ko": f"{conjunction} "}.get(language, f" {conjunction} ")
    written = between.join(names[:-1]) + (joined if len(names) > 1 else "") + names[-1]
    for text in (
        json.dumps(names, ensure_ascii=False),
        json.dumps(names),
        f"```json\n{json.dumps(names, ensure_ascii=False)}\n```",
        f"{words(language).answer}{colon}{between.join(names)}",
        "\n".join(f"- {name}" for name in names),
        written,
    ):
        assert many(text, labels, language) == set(chosen), text


@pytest.mark.parametrize(
    ("language", "text", "label"),
    [
        ("zh", "我认为这个人感到快樂。", "happiness"),
        ("zh", "根据数值，最符合的情绪是「恐惧」。", "fear"),
        ("ar", "الغَضَب", "anger"),
        ("ar", "إنه يشعر بالحـزن", "sadness"),
        ("ar", "مفاجاة", "surprise"),
        ("hi", "उत्तर: ग़ुस्सा", "anger"),
        ("hi", "व्यक्ति को ख़ुशी है।", "happiness"),
        ("ko", "정답은 행복입니다.", "happiness"),
        ("de", "UEBERRASCHUNG", "surprise"),
        ("de", "Ueberraschung", "surprise"),
        ("de", "Die Person empfindet Angst.", "fear"),
        ("es", "La emoción es TRISTEZA.", "sadness"),
        ("es", "Feliz\n\nExplicación: no es miedo ni tristeza.", "happiness"),
    ],
)
def test_forms_of_writing_are_brought_together(language: Language, text: str, label: str) -> None:
    assert one(text, BASIC, language).labels == (label,)


@pytest.mark.parametrize(
    ("language", "text"),
    [("es", "No es tristeza"), ("de", "nicht Angst"), ("zh", "不快乐"), ("zh", "没有愤怒"), ("hi", "गुस्सा नहीं"),
     ("ko", "분노가 아니다"), ("ar", "ليس خوف"), ("es", "miedo o tristeza"), ("de", "Trauerfeier"), ("ko", "최불안"),
     ("ar", "معضب"), ("hi", "निडरता")],
)  # fmt: skip
def test_what_is_denied_or_two_or_part_of_another_word_is_not_read(language: Language, text: str) -> None:
    assert one(text, BASIC, language).status == "unparsed"


@pytest.mark.parametrize("language", NATIVE)
def test_what_stands_in_thoughts_only_is_empty_as_nothing_is(language: Language) -> None:
    fear = words(language).labels["fear"][0]
    assert one(f"<think>{fear}</think>", BASIC, language).status == "empty"
    assert one("", BASIC, language).status == "empty"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", ["{}: {}", "**{}:** {}", "**{}: {}**", "{}:\n{}", "### {}: {}", "{}：{}"])
def test_of_steps_only_the_last_line_is_read(language: Language, form: str) -> None:
    names = words(language).labels
    fear, joy = (names[label][0] if names else label for label in ("fear", "happiness"))
    text = f"1. -0.84: {fear}?\n2. {fear}, {joy}.\n" + form.format(words(language).answer, joy)
    assert one(text, BASIC, language, steps=True).labels == ("happiness",)
    earlier = form.format(words(language).answer, fear) + "\nno: " + "\n" + form.format(words(language).answer, joy)
    assert one(earlier, BASIC, language, steps=True).labels == ("happiness",)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Valence is high, arousal low.\nThat points to happiness", "unparsed"),
        ("Valence is high, so this is happiness", "unparsed"),
        ("Valence is high.\nAnswer:", "unparsed"),
        ("happiness", "ok"),
        ("Answer: happiness", "ok"),
        ("I'm sorry, I cannot answer this.", "refused"),
        ("", "empty"),
    ],
)
def test_steps_that_never_come_to_an_answer_are_no_answer(text: str, status: str) -> None:
    assert one(text, BASIC, "en", steps=True).status == status


@pytest.mark.parametrize(
    ("language", "text"), [("zh", "情绪：恐惧\n效价"), ("es", "Emoción: miedo\nValencia"), ("en", "Emotion: fear\n")]
)
def test_a_line_of_the_steps_that_names_an_emotion_is_no_answer_yet(language: Language, text: str) -> None:
    assert one(f"1.\n{text}", BASIC, language, steps=True).status == "unparsed"


def test_the_last_line_of_steps_may_be_a_list_or_a_sentence() -> None:
    asked = item(0, labels=["Fear"], choices=EMOTIC).model_copy(update={"steps": True})
    text = '-0.8 is unpleasant: ["Anger"] at first sight.\nAnswer: ["Fear", "Pain"]'
    assert read(get("multi_label"), asked, Answer(text=text)).labels == ("Fear", "Pain")
    told = read(get("description"), asked, Answer(text="High arousal.\nAnswer: The person is afraid."))
    assert (told.status, told.text) == ("ok", "The person is afraid.")
