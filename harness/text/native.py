"""Translate the labels of an answer in another language into English, for `harness.text.labels`.

Answer and words are normalized first (Unicode NFKC; accents, Arabic vowel signs and alif forms, Hindi nukta, full-width
and native punctuation). Words match as whole words; Chinese has no spaces, Korean adds particles after a word, Arabic
the article and prefixes before it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from harness.text.languages import words

_LETTER = r"\w\u0300-\u036f\u064b-\u065f\u0900-\u0963\u0966-\u0dff"
_BEFORE, _AFTER = rf"(?<![{_LETTER}])", rf"(?![{_LETTER}])"
_ARABIC_PREFIX = r"(?P<and>[وف])?(?:لل|[بلك]?ال|[بلك])?"
_EDGES = {
    "zh": ("", ""),
    "ko": (_BEFORE, ""),
    "ar": (_BEFORE + _ARABIC_PREFIX, "ا?" + _AFTER),
}
_PUNCTUATION = str.maketrans("、،؛。।「」『』“”„«»【】٬؟", ',,;.."""""""""[],?')
_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي", "ـ": None})
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_ESCAPE = re.compile(r"\\u((?![dD][89a-fA-F])[0-9a-fA-F]{4})")
_MARKS = re.compile(r"[\u064b-\u065f\u0670]")
_OPEN, _CLOSE = "\ue000", "\ue001"
_TOKEN = re.compile(f"{_OPEN}(\\d+){_CLOSE}")


def normal(text: str, language: str) -> str:
    """Normalize letters, case and punctuation, and resolve JSON escapes."""
    unescaped = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    plain = unicodedata.normalize("NFKC", unescaped).translate(_INVISIBLE).casefold()
    if language in ("es", "de"):
        split = unicodedata.normalize("NFKD", plain.replace("ß", "ss"))
        plain = "".join(letter for letter in split if not unicodedata.combining(letter))
    if language == "ar":
        plain = _MARKS.sub("", plain).translate(_ARABIC)
    if language == "hi":
        split = unicodedata.normalize("NFD", plain)
        plain = unicodedata.normalize("NFC", split.replace("\u093c", "").replace("\u0901", "\u0902"))
    return plain.translate(_PUNCTUATION)


def in_english(text: str, choices: Sequence[str], language: str) -> str:
    """Translate the labels, conjunctions and negations of an answer into English.

    Args:
        text: the answer, without thought.
        choices: the English labels offered.
        language: its code, as in `harness.record.Language`; English is returned unchanged.
    """
    if language == "en":
        return text
    offered = tuple(choices)
    known = _names(offered, language)
    marked = _pattern(offered, language).sub(lambda match: _mark(match, known), normal(text, language))
    return _TOKEN.sub(lambda match: f" {offered[int(match[1])]} ", _grammar(marked, language))


@cache
def _names(choices: tuple[str, ...], language: str) -> dict[str, int]:
    """Map every normalized word to the index of its label in `choices`; English labels come first."""
    found = {normal(choice, language): place for place, choice in enumerate(choices)}
    for place, choice in enumerate(choices):
        for name in words(language).labels.get(choice.casefold(), ()):
            found.setdefault(normal(name, language), place)
            if language == "de":
                found.setdefault(normal(_without_umlauts(name), language), place)
    return found


def _without_umlauts(name: str) -> str:
    return name.casefold().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")


@cache
def _pattern(choices: tuple[str, ...], language: str) -> re.Pattern[str]:
    before, after = _EDGES.get(language, (_BEFORE, _AFTER))
    longest_first = sorted(_names(choices, language), key=len, reverse=True)
    return re.compile(f"{before}(?P<name>{'|'.join(map(re.escape, longest_first))}){after}")


def _mark(match: re.Match[str], known: dict[str, int]) -> str:
    joined = " and " if match.groupdict().get("and") else ""
    return f"{joined}{_OPEN}{known[match['name']]}{_CLOSE}"


def _grammar(text: str, language: str) -> str:
    """Translate what is around marked labels: leads at line starts, conjunctions, negations."""
    lead, between, before, after = _around(language)
    text = lead.sub(r"\1answer: ", text)
    text = between.sub(" and ", text)
    text = before.sub(" not ", text)
    return after.sub(lambda match: f" not {match[1]} ", text)


@cache
def _around(language: str) -> tuple[re.Pattern[str], ...]:
    known = words(language)
    leads, conjunctions, not_before, not_after = (
        "|".join(sorted((re.escape(normal(word, language)) for word in listed), key=len, reverse=True)) or r"(?!)"
        for listed in (known.leads, known.conjunctions, known.not_before, known.not_after)
    )
    token = f"{_OPEN}\\d+{_CLOSE}"
    left = "" if language == "zh" else _BEFORE
    return (
        re.compile(rf"^([\W_]*)(?:{leads})[\s*_]*:", re.MULTILINE),
        re.compile(rf"(?<={_CLOSE})[\s\"'*]*(?:{conjunctions})\s*(?=[\"'*]*{_OPEN})"),
        re.compile(rf"{left}(?:{not_before})\s*(?={_OPEN})"),
        re.compile(rf"({token})\s*(?:{not_after})"),
    )


def last_answer(text: str, language: str) -> str | None:
    """Return what follows the last "Answer:" at the start of a line, in English or the language.

    Returns:
        None if there is no such line or nothing follows it: the steps did not end in an answer.
    """
    ends = [marker.end() for marker in _marker(language).finditer(text)]
    return text[ends[-1] :].strip() or None if ends else None


@cache
def _marker(language: str) -> re.Pattern[str]:
    known = words(language)
    leads = (lead for lead in known.leads if known.answer.casefold() in lead)
    names = {"answer", "final answer", known.answer, *leads}
    listed = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    return re.compile(rf"^[^\w\n]*(?:{listed})[\s*_]*[:：][*_ \t]*", re.MULTILINE | re.IGNORECASE)
