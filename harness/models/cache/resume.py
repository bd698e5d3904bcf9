"""Which run folder a command goes on with.

A run in progress is a folder with `unfinished.json`, which says what command it is, and `answers.sqlite`; both go when
the run is finished. Since every answer is in the store, going on is running again with nothing left to ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from harness.models import choice as models
from harness.models.cache import store
from harness.models.cache.key import deciding
from harness.record import folder as record
from harness.runs.config import model_args
from va_extractor.common.errors import InputError
from va_extractor.common.validation import invalid

if TYPE_CHECKING:
    from harness.models.choice import ModelChoice
    from harness.models.lm_eval import AskSettings
    from harness.runs.config import RunConfig
    from harness.tasks.load import Task

UNFINISHED = "unfinished.json"


class Command(BaseModel):
    """What a run is: two runs with equal commands ask the same and score alike. Holds no credentials and no paths.

    Attributes:
        version: of this file.
        created: when the run began, UTC.
        settings: every setting by the flag that gives it, as text.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: int = 1
    created: AwareDatetime
    settings: dict[str, str]


@dataclass(frozen=True)
class Place:
    """A run folder, when the run in it began, and whether an earlier process left answers there."""

    folder: Path
    started: datetime
    resumed: bool


def describe(
    config: RunConfig, choice: ModelChoice, tasks: list[Task], settings: AskSettings, now: datetime
) -> Command:
    """Say what run a command line means, with tasks and features by their hashes."""
    args = models.public_args(deciding(model_args(config.api, choice)))
    given = {f"--model_args {key}": str(value) for key, value in args.items()}
    asked = {f"task {task.name}": f"version {task.version}, hash {task.hash[:12]}" for task in tasks}
    features = {f"--features of {task.name}": task.features().sha256[:12] for task in tasks}
    return Command(
        created=now,
        settings={
            "--model": f"{choice.id} ({choice.backend})",
            **given,
            **asked,
            **features,
            "--num_fewshot": str(settings.num_fewshot or 0),
            "--limit": str(settings.limit),
            "--apply_chat_template": str(settings.apply_chat_template),
            "--system_instruction": str(settings.system_instruction),
            "--gen_kwargs": str(dict(sorted(settings.gen_kwargs.items()))),
            "--seed": ",".join(map(str, config.seeds)),
            "--repeats": str(config.repeats),
            "--embedder": Path(config.embedder).name if config.embedder else "None",
            "--level": str(config.level),
        },
    )


def place(config: RunConfig, model: str, command: Command) -> Place:
    """Find the folder of a run, or make a new one; errors as `find`, and where none can be made."""
    found = find(config, model, command)
    if found is not None:
        return found
    folder = record.make_folder(config.output_path, model, command.created)
    return Place(folder, command.created, resumed=False)


def find(config: RunConfig, model: str, command: Command) -> Place | None:
    """Find the folder to go on with: the one given, or the newest unfinished one of the same command.

    Raises:
        InputError: the folder given is no unfinished run, or one of another command.
    """
    if config.resume is not None:
        found = _read(config.resume)
        differing = list(_differences(found.settings, command.settings))
        if differing:
            raise InputError(f"--resume {config.resume}: is a run of another command: {'; '.join(differing)}")
        return Place(config.resume, found.created, resumed=True)
    for folder in [] if config.afresh else sorted(record.model_folder(config.output_path, model).glob("*"))[::-1]:
        if (folder / UNFINISHED).is_file():
            found = _read(folder)
            if found.settings == command.settings:
                return Place(folder, found.created, resumed=True)
    return None


def begin(folder: Path, command: Command) -> None:
    """Write what the run in `folder` is, before anything is asked."""
    record.write_whole(folder / UNFINISHED, (command.model_dump_json(indent=2) + "\n").encode())


def finish(folder: Path) -> None:
    """Take away what a finished run no longer needs: all its answers are in the samples."""
    for path in (folder / UNFINISHED, *folder.glob(f"{store.FILE}*")):
        path.unlink(missing_ok=True)


def _read(folder: Path) -> Command:
    path = folder / UNFINISHED
    try:
        command = Command.model_validate_json(path.read_bytes())
    except OSError as error:
        finished = (folder / record.RUN).is_file()
        mend = "the run is finished" if finished else f"cannot be read: {error.strerror}; give the folder of a run"
        raise InputError(f"{path}: {mend}") from None
    except ValidationError as error:
        raise invalid(error, file=path, hint="--no-resume begins another run") from None
    if not (folder / "samples").is_dir():
        raise InputError(f"{folder / 'samples'}: no such folder; --no-resume begins another run")
    return command


def _differences(there: Mapping[str, str], here: Mapping[str, str]) -> Iterator[str]:
    for name in dict.fromkeys((*there, *here)):
        if there.get(name) != here.get(name):
            yield f"{name}: {there.get(name, 'not')} there, {here.get(name, 'not')} here"
