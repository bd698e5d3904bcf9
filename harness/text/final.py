"""Find where a text states its final answer, and the values of keys and marked-up parts that can be one."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[^\n`]*$", re.MULTILINE)
_BOXED = re.compile(r"\\(?:boxed|fbox)\s?\{")
_COMMAND = re.compile(r"\\(?:text|textbf|mathrm|textit|mathbf|operatorname)\s?\{([^{}]*)\}")
_SAYS = r"[*_`\"'”’)]{0,4}\s{0,3}(?:\bis\b|\bare\b|would be\b|will be\b|:|：|=|-(?=\s|\*)|–|—|->|→)[\s*_`]{0,6}:?"
_MINE = (
    r"(?:final|definitive|overall|ultimate)[ _-](?:answer|choice|emotion|label|decision|verdict|selection|prediction"
    r"|result|classification|list)s?"
)
_FINAL = re.compile(rf"\b{_MINE}{_SAYS}|^[\W_]{{0,9}}(?:my |the )?{_MINE}[\W_]{{0,9}}$", re.IGNORECASE | re.MULTILINE)
_ANSWER = re.compile(
    rf"\b(?:answers?|verdict|decision|prediction|selection|response|conclusion){_SAYS}"
    r"|^[\W_]{0,9}(?:the |my )?(?:answers?|response|conclusion)[\W_]{0,9}$",
    re.IGNORECASE | re.MULTILINE,
)
_NAMED = re.compile(
    rf"\b(?:emotion|feeling|mood|state|label|word|option|category|choice|best (?:fit|match)){_SAYS}"
    r"|\b(?:i|we)(?:'d|’d|'ll|’ll| would| will)? (?:choose|pick|select|go with|opt for|settle on|say)\b"
    r"|\b(?:points?|correspond(?:s|ing)?|matche[sd]|mapp?(?:s|ing)|leads?) (?:best )?(?:to|with)\b",
    re.IGNORECASE,
)
_KEY = re.compile(r"[\"'“‘]([\w -]{1,40})[\"'”’]\s{0,9}:\s{0,9}\[?\s{0,9}(?:\"([^\"\n]{1,80})\"|'([^'\n]{1,80})')")
_KEYS = re.compile(
    r"(?:the |my )?(?:(?:final|predicted|primary|main|dominant|best|chosen|selected|most likely|likeliest|top) )?"
    r"(?:answers?|emotions?|labels?|choice|prediction|predicted|class|category|result|state|word|option|feeling|mood|name"
    r"|selection|selected|output|response|final|description|text|sentence)"
)
_BOLD = re.compile(r"\*\*([^*\n]{1,80})\*\*|__([^_\n]{1,80})__|<(?:b|strong)>([^<\n]{1,80})</", re.IGNORECASE)
_STATEMENTS = 50  # the last ones that are read
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_CONCLUDES = re.compile(
    r"\W{0,9}(?:therefore|thus|hence|so|overall|consequently|accordingly|ultimately|finally"
    r"|in (?:conclusion|summary|short)|to conclude)\b",
    re.IGNORECASE,
)


def unfenced(text: str) -> str:
    """Return a text without the lines that open and close code blocks, and without LaTeX text commands."""
    return _COMMAND.sub(r"\1", _FENCE.sub("", text)).strip()


def boxed(text: str) -> str | None:
    r"""Return what is in the last `\boxed{...}`; None if there is none."""
    found = list(_BOXED.finditer(text))
    return text[found[-1].end() :].partition("}")[0].strip() or None if found else None


def final(text: str) -> str | None:
    """Return what follows the last "Final answer:" or similar; None if there is none."""
    return _after_last(_FINAL, text)


def answer(text: str) -> str | None:
    """Return what follows the last "Answer:" or "The answer is"; None if there is none."""
    return _after_last(_ANSWER, text)


def statements(text: str) -> Iterator[str]:
    """Yield what follows each "The emotion is", "Emotion:", "I choose" or similar, up to the end of its line."""
    for found in list(_NAMED.finditer(text))[-_STATEMENTS:]:
        yield line(text[found.end() : found.end() + 200])


def key_values(text: str) -> Iterator[str]:
    """Yield the text of each JSON key that can hold an answer, such as "emotion"."""
    for key, double, single in _KEY.findall(text):
        if is_key(key):
            yield double or single


def is_key(key: str) -> bool:
    """Return whether a JSON key can hold an answer."""
    return _KEYS.fullmatch(" ".join(key.casefold().replace("_", " ").replace("-", " ").split())) is not None


def last_sentence(text: str) -> str:
    """Return the last sentence."""
    return [one for one in _SENTENCE_END.split(text[-600:].strip()) if one.strip()][-1:][0] if text.strip() else ""


def bold(text: str) -> list[str]:
    """Return the parts in bold."""
    return ["".join(parts) for parts in _BOLD.findall(text)]


def concludes(sentence: str) -> bool:
    """Return whether a sentence begins with "therefore" or similar."""
    return _CONCLUDES.match(sentence) is not None


def line(text: str) -> str:
    """Return the first line that is not blank."""
    return text.lstrip().partition("\n")[0]


def _after_last(pattern: re.Pattern[str], text: str) -> str | None:
    ends = [found.end() for found in pattern.finditer(text)]
    return text[ends[-1] :].strip() or None if ends else None
