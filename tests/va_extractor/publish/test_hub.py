"""Pushing, up to the last call: a double with HfApi's own signatures records what would be sent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from unittest.mock import MagicMock, call, create_autospec

import httpx
import pytest
from huggingface_hub import GitRefInfo, GitRefs, HfApi
from huggingface_hub.errors import HfHubHTTPError

from tests.refused import refused
from va_extractor.publish.hub import push
from va_extractor.publish.release import Release


@pytest.fixture
def api() -> MagicMock:
    double: MagicMock = create_autospec(HfApi, instance=True)
    double.list_repo_refs.return_value = GitRefs(branches=[], converts=[], tags=[])
    double.upload_folder.return_value.oid = "c0ffee"
    return double


def test_calls_in_order_for_a_private_gated_dataset(release: Release, api: MagicMock, tmp_path: Path) -> None:
    assert push(release, tmp_path, api, private=True) == "c0ffee"
    assert api.mock_calls == [
        call.create_repo("org/name", repo_type="dataset", private=True, exist_ok=True),
        call.list_repo_refs("org/name", repo_type="dataset"),
        call.update_repo_settings("org/name", repo_type="dataset", private=True, gated="manual"),
        call.upload_folder(
            repo_id="org/name",
            repo_type="dataset",
            folder_path=tmp_path,
            commit_message="VA features v1.2.3",
            delete_patterns=["*.parquet"],
        ),
        call.create_tag("org/name", repo_type="dataset", tag="v1.2.3", revision="c0ffee"),
    ]


def test_an_open_dataset_changes_no_setting(release: Release, api: MagicMock, tmp_path: Path) -> None:
    push(replace(release, gated=False), tmp_path, api, private=False)
    api.create_repo.assert_called_once_with("org/name", repo_type="dataset", private=None, exist_ok=True)
    api.update_repo_settings.assert_not_called()


def test_a_published_version_is_never_overwritten(release: Release, api: MagicMock, tmp_path: Path) -> None:
    tag = GitRefInfo(name="v1.2.3", ref="refs/tags/v1.2.3", target_commit="0")
    api.list_repo_refs.return_value = GitRefs(branches=[], converts=[], tags=[tag])
    with refused("duplicate", file="org/name", found="1.2.3"):
        push(release, tmp_path, api, private=False)
    api.upload_folder.assert_not_called()
    api.create_tag.assert_not_called()


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError("no route"),
        OSError("Token hf_abcDEF123 not found"),
        HfHubHTTPError("401 for hf_abcDEF123\nmore", response=httpx.Response(401, request=httpx.Request("GET", "x"))),
    ],
)
def test_refusals_are_one_line_without_the_token(
    release: Release, api: MagicMock, tmp_path: Path, error: Exception
) -> None:
    api.upload_folder.side_effect = error
    with refused("model", file="org/name") as raised:
        push(release, tmp_path, api, private=False)
    assert "hf_abc" not in str(raised.value)
    api.create_tag.assert_not_called()
