"""Runs on few items: what the table, the comparison and the record leave out, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.endtoend.conftest import Command

LIMITED = ("--tasks", "iimi_basic,emotic_complex_mc", "--limit", "5")
OVER_LABELS = {
    "iimi_basic": {"macro_f1", "macro_f1_all", "balanced_accuracy"},
    "emotic_complex_mc": {"mean_ap", "macro_auc"},
}


def test_means_over_labels_have_no_value_where_labels_are_lost_and_one_line_says_so(vaemo_eval: Command) -> None:
    done = vaemo_eval("--model", "baseline:prototype", *LIMITED)
    other = vaemo_eval("--model", "baseline:knn", *LIMITED)
    assert (done.code, other.code) == (0, 0), done.err
    shown = " ".join(done.out.split())
    compared = " ".join(vaemo_eval("compare", done.folder, other.folder).out.split())
    for name, task in done.record.tasks.items():
        asked = {label for row in done.samples(name) for label in row["item"]["labels"]}
        assert task.lost_labels
        assert asked.isdisjoint(task.lost_labels)
        reason = f"{len(task.lost_labels)} of {len(task.labels)} labels have no item under --limit"
        withheld = {metric for metric, score in task.metrics.items() if score.reason == reason}
        assert withheld == OVER_LABELS[name]
        assert all(task.metrics[metric].value is None for metric in withheld)
        for text in (shown, compared):
            assert text.count(reason) == 1
    assert done.record.tasks["iimi_basic"].metrics["accuracy"].value is not None
    assert "| macro_f1" not in compared
    assert shown.count("5 clusters: below 30 intervals and tests are unreliable") == 1
    assert vaemo_eval("rescore", done.folder).code == 0


def test_a_sample_with_every_label_has_every_metric(vaemo_eval: Command) -> None:
    task = vaemo_eval("--model", "baseline:prototype", "--tasks", "iimi_basic", "--limit", "60").record.tasks[
        "iimi_basic"
    ]
    assert task.lost_labels == ()
    assert task.metrics["macro_f1"].value is not None
