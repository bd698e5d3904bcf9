"""`--calibrate quantile`: the warning that names it, and a run that records it and rescores equal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from leaderboard.reproduce import command
from leaderboard.run_folder import check_tasks
from tests.making import PROVENANCE, features
from va_extractor.dataset import write_split
from va_extractor.emotions.labels import EMOTIC
from va_extractor.emotions.prototypes import prototypes, spreads

if TYPE_CHECKING:
    from tests.endtoend.conftest import Command

ROWS = 26 * 8


@pytest.fixture(scope="module")
def shrunk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return features at .31 of the norms, shifted by .2."""
    root, rng = tmp_path_factory.mktemp("shrunk"), np.random.default_rng(5)
    which = np.arange(ROWS) % 26
    for split in ("train", "test"):
        points = np.clip(rng.normal(prototypes(EMOTIC)[which], spreads(EMOTIC)[which]), -1, 1) * 0.31 + 0.2
        names = [f"{split}{row}" for row in range(ROWS)]
        table = features(
            ROWS, item_id=names, cluster_id=names, valence=points[:, 0].tolist(), arousal=points[:, 1].tolist()
        )
        write_split(table, PROVENANCE, root, split)
    return root


def test_a_calibrated_run_records_it_and_is_computed_again_as_such(
    vaemo_eval: Command, shrunk: Path, tmp_path: Path
) -> None:
    asked = ("--tasks", "emotic_complex", "--features", shrunk)
    plain = vaemo_eval("--model", "baseline:prototype", *asked)
    assert "--calibrate quantile" in plain.err
    done = vaemo_eval("--model", "baseline:prototype", *asked, "--calibrate", "quantile")
    assert done.code == 0, done.err
    assert "slope" not in done.err
    assert "fitted on train" in " ".join(done.out.split())
    found = (plain.record.tasks["emotic_complex"].features, done.record.tasks["emotic_complex"].features)
    assert [one.calibrated_on for one in found] == [None, "train"]
    assert found[0].sha256 == found[1].sha256
    shown = [np.array([row["item"]["valence"] for row in one.samples("emotic_complex")]) for one in (plain, done)]
    assert shown[1].std() > 2 * shown[0].std()
    empty = str(tmp_path / "cache")  # so that baselines and ceilings are computed again
    assert vaemo_eval("rescore", done.folder, "--features", shrunk, XDG_CACHE_HOME=empty).code == 0
    assert vaemo_eval("compare", plain.folder, done.folder).code == 2
    assert "--calibrate quantile" in command(done.record, "emotic_complex")
    entries, refused = check_tasks(done.folder, [str(shrunk)], None)
    assert not entries
    assert [problem.field for problem in refused] == ["features.calibrated_on"]
