"""The life of a run's answers: opened before the model is loaded, kept while it answers, gone when all is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from harness.models import lm_eval as _compat
from harness.models.cache import resume
from harness.models.cache.key import model_key
from harness.models.cache.model import KeepingLM
from harness.models.cache.store import FILE, AnswerStore
from harness.record import folder as record
from harness.runs.config import model_args
from va_extractor.common.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lm_eval.api.model import LM

    from harness.models.choice import ModelChoice
    from harness.runs.config import RunConfig
    from harness.tasks.load import Task


@dataclass(frozen=True)
class Keeping:
    """Where a run is written and its answers are kept.

    Attributes:
        folder: the run folder.
        started: when the run began; of a resumed run, when its first process did.
        stores: the run's own and the shared cache; empty where answers are not kept.
    """

    folder: Path
    started: datetime
    stores: tuple[AnswerStore, ...] = ()

    def before(self, lm: LM, choice: ModelChoice, config: RunConfig) -> LM | KeepingLM:
        """Put the stores before a model."""
        if not self.stores:
            return lm
        model = model_key(choice.id, _compat.model_revision(lm), choice.backend, model_args(config.api, choice))
        return KeepingLM(lm, self.stores, model, config.seeds[:3])

    def finish(self) -> None:
        """Take away what a finished run does not need."""
        if self.stores:
            self.stores[0].close()
            resume.finish(self.folder)

    def how_to_go_on(self) -> str | None:
        """Say in half a line how the run goes on; None where no answer is kept."""
        count = len(self.stores[0]) if self.stores else 0
        return f"{count} answers are kept in {self.folder}: repeat the command to go on" if count else None


@contextmanager
def keeping(
    config: RunConfig, choice: ModelChoice, tasks: list[Task], settings: _compat.AskSettings, say: Callable[[str], None]
) -> Iterator[Keeping]:
    """Find or make the run folder and open the stores; close them, and remove a folder in which nothing was written.

    A baseline's answers are not kept, since they come from the item and not from the prompt; nor are those of a
    data-parallel run, whose processes share one folder.

    Raises:
        InputError: a folder or store cannot be used; or, passed on, that something failed and how to go on.
    """
    now = datetime.now(UTC)
    if choice.backend == "baseline" or _compat.processes() > 1:
        if config.resume is not None:
            raise InputError(f"--resume {config.resume}: answers of {choice.id} are not kept here; leave it out")
        folder = record.make_folder(config.output_path, choice.id, now)
        try:
            yield Keeping(folder, now)
        finally:
            record.remove_if_empty(folder)
        return
    command = resume.describe(config, choice, tasks, settings, now)
    with ExitStack() as stack:
        place = resume.place(config, choice.id, command)
        stack.callback(record.remove_if_empty, place.folder)
        own = AnswerStore(place.folder / FILE, alone=True)
        stack.callback(_leave, own, place.folder)
        stores = [own]
        if config.cache is not None:
            stores.append(stack.enter_context(closing(AnswerStore(config.cache / FILE))))
        if place.resumed:
            say(f"going on with {place.folder}, where {len(own)} answers are; --no-resume begins another run")
        else:
            resume.begin(place.folder, command)
        found = Keeping(place.folder, place.started, tuple(stores))
        try:
            yield found
        except InputError as error:
            raise InputError("; ".join(filter(None, [str(error), found.how_to_go_on()]))) from error
        except KeyboardInterrupt:
            say(f"stopped; {found.how_to_go_on() or 'no answer had arrived'}")
            raise


def _leave(store: AnswerStore, folder: Path) -> None:
    """Close a run's store; a run in which nothing was answered leaves nothing behind."""
    empty = store.is_open and not len(store) and not any((folder / "samples").iterdir())
    store.close()
    if empty:
        resume.finish(folder)
