"""The pages in a real browser: what they do, what they ask for, how they look to a screen reader, and who can run code.

Needs Debian's `chromium` and the packages `playwright` and `axe-playwright-python`; skipped where one is missing.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.record import RunRecord
from leaderboard.cli import main
from leaderboard.entry import path_of
from leaderboard.pages import table_page
from tests.leaderboard.attacks import TEXTS
from tests.leaderboard.crowd import crowd
from tests.leaderboard.editing import Json, edit, folder_of, task_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

SHARING = 8
"""How many hostile entries share a page."""
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytest.importorskip("playwright", reason="playwright is not installed: pip install -e '.[dev]'")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium")


@dataclass
class Seen:
    """A page with all that it said and asked for."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def dismiss(self, dialog: Dialog) -> None:
        """Note a dialog, which only a foreign script can have opened."""
        self.said.append(dialog.message)
        dialog.dismiss()

    def clean(self) -> None:
        """Assert that nothing was said, nothing asked of another host, and no foreign script ran."""
        assert self.said == []
        assert [address for address in self.asked if not address.startswith(("file://", "data:"))] == []
        assert self.page.evaluate("typeof window.hacked") == "undefined"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield Debian's Chromium, without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as engine:
        arguments = ["--no-sandbox", "--disable-background-networking"]
        running = engine.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield running
        running.close()


@pytest.fixture(scope="module")
def site(results: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the site of real runs, and a page of 200 invented models beside it."""
    out = tmp_path_factory.mktemp("site")
    assert main(["build", str(results), "--out", str(out)]) == 0
    (out / "crowd.html").write_text(table_page(crowd(200, 12)), encoding="utf-8")
    return out


def _open(browser: Browser, address: str, **context: Any) -> Seen:
    seen = Seen(browser.new_context(**context).new_page())
    seen.page.on("console", lambda message: seen.said.append(message.text))
    seen.page.on("pageerror", lambda error: seen.said.append(str(error)))
    seen.page.on("dialog", seen.dismiss)
    seen.page.on("request", lambda request: seen.asked.append(request.url))
    seen.page.goto(address)
    return seen


def _names(page: Page) -> list[str]:
    return page.locator("#board tbody:first-of-type tr:not([hidden]) th a").all_text_contents()


def _column(page: Page, place: int) -> list[float]:
    cells = page.locator(f"#board tbody:first-of-type tr td:nth-of-type({place})").all_text_contents()
    return [float(cell[:5]) for cell in cells]


def test_sorting_filtering_and_columns_work_and_live_in_the_address(browser: Browser, site: Path) -> None:
    seen = _open(browser, (site / "crowd.html").as_uri())
    page = seen.page
    page.get_by_role("button", name="invented_task_3").click()
    assert _column(page, 5) == sorted(_column(page, 5), reverse=True)
    page.get_by_role("button", name="invented_task_3").click()
    assert _column(page, 5) == sorted(_column(page, 5))
    assert page.locator("th[aria-sort=ascending]").get_attribute("data-c") == "invented_task_3"
    page.get_by_label("Model", exact=True).fill("model-19")
    assert set(_names(page)) == {name for name in _names(page) if "model-19" in name}
    assert len(_names(page)) == 11
    assert page.locator("#shown").inner_text() == "11 of 200 shown"
    page.get_by_label("invented_task_7").uncheck()
    assert not page.locator("th[data-c=invented_task_7]").is_visible()
    again = _open(browser, page.url)
    assert _names(again.page) == _names(page)
    assert not again.page.locator("th[data-c=invented_task_7]").is_visible()
    assert again.page.get_by_label("Model", exact=True).input_value() == "model-19"
    seen.clean()
    again.clean()


def test_a_link_within_the_page_leaves_what_was_sorted_and_filtered(browser: Browser, site: Path) -> None:
    seen = _open(browser, (site / "crowd.html").as_uri())
    page = seen.page
    page.get_by_role("button", name="invented_task_0").click()
    page.get_by_label("Model", exact=True).fill("model-19")
    before = _names(page)
    page.locator("#board tr:not([hidden]) a", has_text="note 1").first.click()
    assert page.url.endswith("#note-1")
    assert page.locator("#note-1").inner_text() == "20 clusters: an invented note"
    assert page.locator("#note-1").is_visible()
    assert _names(page) == before
    assert page.get_by_label("Model", exact=True).input_value() == "model-19"
    assert len(_names(_open(browser, page.url).page)) == 200
    seen.clean()


def test_two_models_are_compared_and_ties_are_said(browser: Browser, site: Path) -> None:
    seen = _open(browser, (site / "index.html").as_uri())
    page = seen.page
    page.get_by_label("Compare").select_option(label="baseline:gaussian ")
    page.get_by_label("with").select_option(label="baseline:prototype ")
    assert page.locator("#compared tbody tr").first.locator("td").all_inner_texts() == [
        *("1.000", "1.000", "0.000", "yes"),
    ]
    page.get_by_label("with").select_option(label="baseline:uniform ")
    assert page.locator("#compared tbody tr").first.locator("td").last.inner_text() == "no"
    again = _open(browser, page.url)
    assert again.page.locator("#compared tbody tr").count() == 2
    seen.clean()


@pytest.mark.parametrize("hash_", ["#s=__proto__&a=constructor&b=%3Cscript%3E&h=toString", "#%E0%A4%A", "#s=model&d=x"])
def test_a_strange_address_harms_nothing(browser: Browser, site: Path, hash_: str) -> None:
    seen = _open(browser, (site / "index.html").as_uri() + hash_)
    assert len(_names(seen.page)) == 4
    seen.clean()


def test_without_javascript_the_table_and_its_links_are_there(browser: Browser, site: Path) -> None:
    seen = _open(browser, (site / "index.html").as_uri(), java_script_enabled=False)
    page = seen.page
    assert len(_names(page)) == 4
    assert not page.locator("#q").is_visible()
    page.locator("#board a").first.click()
    assert page.locator("h1").inner_text().startswith("baseline:")
    page.locator("summary").first.click()
    assert page.locator("pre").first.is_visible()


@pytest.mark.parametrize(("scheme", "width"), [("dark", 390), ("light", 1280)])
def test_axe_finds_nothing_and_no_page_scrolls_sideways(browser: Browser, site: Path, scheme: Any, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    shape = {"width": width, "height": 800}
    for path in [site / "index.html", *sorted((site / "models").iterdir())[:1]]:
        seen = _open(browser, path.as_uri(), color_scheme=scheme, viewport=shape, bypass_csp=True)
        seen.page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true })")
        found = Axe().run(seen.page)
        assert found.violations_count == 0, found.generate_report()
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
        seen.clean()


def test_the_keyboard_reaches_sorting(browser: Browser, site: Path) -> None:
    seen = _open(browser, (site / "index.html").as_uri())
    page = seen.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.get_by_role("button", name="norms_term accuracy").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("th[aria-sort=descending]").count() == 1


def test_printing_shows_the_table_without_controls(browser: Browser, site: Path) -> None:
    seen = _open(browser, (site / "index.html").as_uri())
    seen.page.emulate_media(media="print")
    assert not seen.page.locator(".controls").is_visible()
    assert seen.page.locator("#board").is_visible()
    assert len(seen.page.pdf()) > 1000


def _poison(record: Json, text: str, group: Sequence[str]) -> None:
    record["model"]["args"] = {one: one for one in group}  # entries with the same arguments share a page
    record["packages"] = {text: text}
    record["harness_version"] = text
    record["system_instruction"] = text
    record["git"] = {"commit": text, "dirty": True}
    task = task_of(record)
    task["excluded"] = {text: 1}
    task["reference_kind"] = text
    task["features"]["va_source"] = [text]
    task["metrics"][text] = {**task["metrics"]["accuracy"], "baselines": {text: 0.5}}
    task["metrics"]["accuracy"]["baselines"][text] = 0.5
    task["per_class"] = {text: {"precision": None, "recall": 0.5, "f1": 0.5, "support": 1}}
    task["confusion"] = {"labels": [text, text], "counts": [[1, 0, 0], [0, 1, 0]]}


def _poisoned_rows(rows: list[Json], text: str) -> list[Json]:
    for row in rows[:8]:
        row["prompt"] = row["answer"]["text"] = text
        row["item"]["item_id"] += text[:40]
        row["item"]["references"] = [text]
    return rows[:8]


def test_no_page_of_hostile_entries_runs_a_script_or_asks_for_anything(
    browser: Browser, repository: Path, tmp_path: Path
) -> None:
    folder = folder_of(repository, "baseline__uniform")
    packed = {path.name: path.read_bytes() for path in folder.iterdir()}
    for place, text in enumerate(TEXTS):
        group = TEXTS[place - place % SHARING :][:SHARING]
        for name, data in packed.items():
            (folder / name).write_bytes(data)
        edit(folder, samples=partial(_poisoned_rows, text=text), record=partial(_poison, text=text, group=group))
        record = RunRecord.model_validate_json((folder / "run.json").read_bytes())
        filed = folder.parent / path_of(record, "norms_term").name
        shutil.copytree(folder, filed, dirs_exist_ok=True)
    shutil.rmtree(folder)
    gone = folder_of(repository, "baseline__majority").relative_to(repository)
    reason = TEXTS[0].replace('"', "")
    (repository / "withdrawals.csv").write_text(f"entry,date,reason\n{gone},2026-01-05,{reason}\n", encoding="utf-8")
    assert main(["build", str(repository), "--out", str(tmp_path / "site")]) == 0
    pages = [tmp_path / "site" / "index.html", *sorted((tmp_path / "site" / "models").glob("*uniform*"))]
    assert sum(path.read_text(encoding="utf-8").count("<section") for path in pages) >= len(TEXTS)
    seen = _open(browser, pages[0].as_uri())
    for path in pages:
        seen.page.goto(path.as_uri())
        seen.page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true })")
        assert seen.page.locator("img, iframe, object, embed, form, base").count() == 0
        assert seen.page.locator("script").count() == (1 if path.name == "index.html" else 0)
        links = seen.page.locator("a").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
        assert [link for link in links if link.startswith(("javascript:", "data:", "//", "http"))] == []
        seen.clean()
