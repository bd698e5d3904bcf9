"""Render templates of strangers safely: a small part of Jinja, with bounded time and output.

Allowed are text, names, `if`, `for` over a list, comparisons, sums and the filters of `FILTERS`. There are no calls, no
assignments, and no attributes but those of `loop`. Everything else is refused before it is compiled, so the template's
length bounds time and output. Output is also bounded as it grows. Each template is compiled once.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeVisitor

from harness.tasks.prompts.content_free import ContentFreeValue
from harness.tasks.yamlfile import Function

MAX_TEMPLATE = 20_000
MAX_OUTPUT = 65_536
MAX_PARTS = 20_000
MAX_DEPTH = 40
MAX_LOOPS = 2
MAX_LIST = 200
MAX_NUMBER = 10**6

_PLAIN = ("lower", "upper", "capitalize", "title", "trim", "length", "first", "last", "round", "abs", "int", "float")
_TESTS = ("defined", "none", "number", "string", "even", "odd", "in", "eq", "ne", "lt", "le", "gt", "ge")
_LOOP = ("index", "index0", "first", "last", "length")
_NODES = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.List, nodes.Tuple, nodes.If,
    nodes.For, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Add, nodes.Sub,
    nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Neg, nodes.Pos, nodes.Concat, nodes.Filter, nodes.Test, nodes.Getitem,
    nodes.Getattr, nodes.Slice, nodes.Keyword,
)  # fmt: skip
_SPEC = re.compile(r"%(?:%|[ +0-]{0,2}\d{0,2}(?:\.\d{1,2})?[dfgs])")


class BadTemplateError(ValueError):
    """A template is refused or does not render; `line` is the line within the template, from 1."""

    def __init__(self, what: str, line: int = 1) -> None:
        super().__init__(what)
        self.line = line


class _Missing:
    """A value that an item lacks: equal to None; printing it raises."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        raise BadTemplateError(f"prints {self.name}, which has no value there")

    def __bool__(self) -> bool:
        return False

    def __eq__(self, other: object) -> bool:
        return other is None or isinstance(other, _Missing)

    __hash__ = object.__hash__


def render(template: str, values: Mapping[str, Any]) -> str:
    """Render a template on one item.

    Args:
        template: Jinja, of the allowed part.
        values: the names it may use; None for what the item lacks.

    Raises:
        BadTemplateError: the template is refused, uses an unknown name, prints what the item lacks, or grows beyond
            `MAX_OUTPUT` characters.
    """
    compiled = _compiled(template)
    taken = {
        name: _Missing(name) if values[name] is None else values[name] for name in names(template) if name in values
    }
    chunks: list[str] = []
    size = 0
    try:
        for chunk in compiled.generate(taken):
            size += len(chunk)
            if size > MAX_OUTPUT or len(chunks) > MAX_PARTS:
                raise BadTemplateError(f"renders more than {MAX_OUTPUT} characters or {MAX_PARTS} parts")
            chunks.append(chunk)
    except TemplateError as error:
        raise BadTemplateError(str(error.message)) from None
    except (ArithmeticError, AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise (
            error if isinstance(error, BadTemplateError) else BadTemplateError(f"{type(error).__name__}: {error}")
        ) from None
    return "".join(chunks)


def check(template: str) -> None:
    """Raise if a template uses what is not allowed.

    Raises:
        BadTemplateError: saying what is not allowed.
    """
    _compiled(template)


@cache
def names(template: str) -> frozenset[str]:
    """Return the names that a template takes from the item, without loop variables."""
    from jinja2.meta import find_undeclared_variables

    check(template)
    return frozenset(find_undeclared_variables(_parsed(template)))


@cache
def _compiled(template: str) -> Template:
    _Judge().judge(_parsed(template))
    try:
        with warnings.catch_warnings(action="ignore", category=SyntaxWarning):  # of constants compared by `is`
            return _ENVIRONMENT.from_string(template)
    except (TemplateError, RecursionError, MemoryError, SyntaxError) as error:
        raise BadTemplateError(f"does not compile: {error}") from None


def _parsed(template: str) -> nodes.Template:
    if len(template) > MAX_TEMPLATE:
        raise BadTemplateError(f"has {len(template)} characters, more than {MAX_TEMPLATE}")
    try:
        return _ENVIRONMENT.parse(template)
    except TemplateError as error:
        raise BadTemplateError(f"is not Jinja: {error.message}", getattr(error, "lineno", None) or 1) from None
    except (RecursionError, ValueError) as error:
        raise BadTemplateError(f"is not Jinja that can be read: {error}") from None


class _Judge(NodeVisitor):
    """Refuse every node of a template that is not allowed."""

    def __init__(self) -> None:
        self.depth = 0
        self.loops = 0

    def judge(self, template: nodes.Template) -> None:
        try:
            self.visit(template)
        except RecursionError:
            raise BadTemplateError("is nested too deep") from None

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> None:
        if not isinstance(node, _NODES):
            raise BadTemplateError(f"uses {type(node).__name__}, which is not allowed", node.lineno)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise BadTemplateError("is nested too deep", node.lineno)
        super().generic_visit(node, *args, **kwargs)
        self.depth -= 1

    def visit_For(self, node: nodes.For) -> None:  # noqa: N802  jinja2 names visitors so
        constant = isinstance(node.iter, nodes.List | nodes.Tuple) and all(
            isinstance(item, nodes.Const) for item in node.iter.items
        )
        if not constant and not isinstance(node.iter, nodes.Name):
            raise BadTemplateError("loops over something that is no column and no list of constants", node.lineno)
        self.loops += 1
        if node.recursive or self.loops > MAX_LOOPS:
            raise BadTemplateError(f"nests more than {MAX_LOOPS} loops, or calls a loop", node.lineno)
        self.generic_visit(node)
        self.loops -= 1

    def visit_List(self, node: nodes.List) -> None:  # noqa: N802
        if len(node.items) > MAX_LIST:
            raise BadTemplateError(f"has a list of more than {MAX_LIST}", node.lineno)
        self.generic_visit(node)

    def visit_Const(self, node: nodes.Const) -> None:  # noqa: N802
        if isinstance(node.value, int | float | complex) and not abs(node.value) <= MAX_NUMBER:
            raise BadTemplateError(f"has a number beyond {MAX_NUMBER}", node.lineno)

    def visit_Getattr(self, node: nodes.Getattr) -> None:  # noqa: N802
        if not (isinstance(node.node, nodes.Name) and node.node.name == "loop" and node.attr in _LOOP):
            raise BadTemplateError(
                f"asks for the attribute {node.attr!r}; only loop.index and the like have any", node.lineno
            )
        self.generic_visit(node)

    def visit_Getitem(self, node: nodes.Getitem) -> None:  # noqa: N802
        index = node.arg.node if isinstance(node.arg, nodes.Neg) else node.arg
        if not isinstance(index, nodes.Slice) and not (isinstance(index, nodes.Const) and isinstance(index.value, int)):
            raise BadTemplateError("takes an element by something that is no whole number", node.lineno)
        self.generic_visit(node)

    def visit_Filter(self, node: nodes.Filter) -> None:  # noqa: N802
        if node.name not in FILTERS or node.dyn_args or node.dyn_kwargs:
            raise BadTemplateError(
                f"uses the filter {node.name!r}; there are {', '.join(sorted(FILTERS))}", node.lineno
            )
        self.generic_visit(node)

    def visit_Test(self, node: nodes.Test) -> None:  # noqa: N802
        if node.name not in _TESTS or node.dyn_args or node.dyn_kwargs:
            raise BadTemplateError(f"uses the test {node.name!r}; there are {', '.join(_TESTS)}", node.lineno)
        self.generic_visit(node)


def _bound(characters: int) -> None:
    if characters > MAX_OUTPUT:
        raise BadTemplateError(f"builds a text of more than {MAX_OUTPUT} characters")


def _short(text: str) -> str:
    _bound(len(text))
    return text


def _format(form: str, *values: Any) -> str:
    if "%" in _SPEC.sub("", form):
        raise BadTemplateError(f"formats by {form[:40]!r}; widths have two digits at most, as in '%.2f'")
    if any(isinstance(value, ContentFreeValue) for value in values):
        form = _SPEC.sub(lambda spec: "%%" if spec[0] == "%%" else "%s", form)
    return _short(form % values)


def _join(parts: Sequence[Any], separator: str = "") -> str:
    if isinstance(parts, str):
        raise BadTemplateError("joins a text; join takes a list")
    texts = [str(part) for part in parts]
    _bound(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def _replace(text: str, old: str, new: str) -> str:
    _bound(len(text) + text.count(old) * len(new))
    return text.replace(old, new)


def _shortened(name: str) -> Callable[..., Any]:
    """Return one of Jinja's filters that refuses long texts."""
    inner = JINJA_FILTERS[name]

    def bounded(value: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, str):
            _short(value)
        if isinstance(value, ContentFreeValue):
            return value
        if isinstance(value, _Missing):
            return _short(str(value))
        return inner(value, *args, **kwargs)

    return bounded


FILTERS: dict[str, Callable[..., Any]] = {
    **{name: JINJA_FILTERS[name] for name in ("first", "last")},
    **{name: _shortened(name) for name in _PLAIN if name not in ("first", "last")},
    "format": _format,
    "join": _join,
    "replace": _replace,
    "string": lambda value: _short(str(value)),
}


class _Environment(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset({"*"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if not all(isinstance(value, int | float | ContentFreeValue) for value in (left, right)):
            raise BadTemplateError("multiplies something that is no number")
        return left * right


def _environment() -> _Environment:
    made = _Environment(undefined=StrictUndefined, keep_trailing_newline=True, optimized=False)
    made.globals.clear()
    made.filters = dict(FILTERS)
    made.tests = {name: made.tests[name] for name in _TESTS}
    made.tests["none"] = lambda value: value is None or isinstance(value, _Missing)
    return made


_ENVIRONMENT = _environment()


def template_texts(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield key and template of every Jinja text among a task's values."""
    for key in ("doc_to_text", "doc_to_choice", "doc_to_target"):
        text = values.get(key)
        if isinstance(text, str) and not isinstance(text, Function):
            yield key, text
