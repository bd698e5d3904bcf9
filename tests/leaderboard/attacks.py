"""A written list of attacks on whoever reads a submission: texts for every field, and whole files."""

from __future__ import annotations

import gzip
import json

TEXTS = (
    "<script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    "</script><script>window.hacked=1</script>",
    "</style><svg onload=window.hacked=1>",
    "\"' onmouseover=window.hacked=1 x='",
    "javascript:window.hacked=1",
    "data:text/html,<script>window.hacked=1</script>",
    "{{ 7 * 7 }}{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}",
    "${7*7}<!--#exec cmd=id-->]]>",
    "&lt;script&gt;window.hacked=1&lt;/script&gt;",
    "=HYPERLINK(\"http://127.0.0.1:9\",\"x\")",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1,2)",
    "\t=1+1",
    "\uff1d1+1",
    "\x1b]0;owned\x07\x1b[2J\x1b[31m",
    "\x9b31m",
    "a\rb\x08\x08\x00",
    "\u202egnp.exe\u2066x\u200b\ufeff",
    "[click](javascript:window.hacked=1) ![x](http://127.0.0.1:9/x.png)",
    "@everyone #1 `code` | cell | <details>",
    "../../../../etc/passwd",
    "..\\..\\windows",
    "/etc/passwd",
    "file:///etc/passwd",
    "CON",
    ".git",
    "a" * 5_000,
    "é" * 3_000,
    "\u0301" * 2_000,
    "",
    " ",
    "\n\n\n",
    "constructor",
    "__proto__",
    "toString",
    "%s%n%x{0}{0.__class__}",
    "!!python/object/apply:os.system ['id']",
    "cos\nsystem\n(S'id'\ntR.",
    "<think>" * 2_000,
    "[" * 5_000,
    '["' * 2_000,
)  # fmt: skip

NUMBERS = ("NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1" * 5_000, "0." + "1" * 5_000, "9007199254740993")

DOCUMENTS: tuple[bytes, ...] = (
    b"",
    b"null",
    b"[]",
    b'"text"',
    b"{",
    b"\xff\xfe{\x00}\x00",
    b"\xef\xbb\xbf{}",
    b"[" * 100_000,
    b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    b"[" * 500 + b"]" * 500,
    b'{"tasks": {}, "tasks": {}}',
    json.dumps({"x" * 10_000_000: 1}).encode(),
    json.dumps({"x": "y" * 10_000_000}).encode(),
    b'{"x": "\\ud800"}',
    b"[" + b"1," * 300_000 + b"1]",
    b"{" + b",".join(b'"k%d": 1' % number for number in range(200_000)) + b', "k7": 2}',
    b"cos\nsystem\n(S'touch hacked'\ntR.",
    b"!!python/object/apply:os.system ['touch hacked']",
)

PACKED: tuple[bytes, ...] = (
    b"",
    b"PK\x03\x04 not a gzip",
    gzip.compress(b""),
    gzip.compress(b"0" * 50_000_000, 9),
    gzip.compress(gzip.compress(b"0" * 50_000_000, 9)),
    gzip.compress(b"{}\n") + gzip.compress(b"{}\n"),
    gzip.compress(b"{}\n")[:-6],
    gzip.compress(b"{}\n") + b"trailing",
    gzip.compress(b"{}\n" * 150_000),
)
