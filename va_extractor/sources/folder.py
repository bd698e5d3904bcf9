"""A folder per label: `<root>/<label>/<image>`, or `<root>/<split>/<label>/<image>`."""

from __future__ import annotations

from pathlib import Path

from va_extractor.common.errors import InputError
from va_extractor.dataset import split_name
from va_extractor.sources import DEFAULT_SPLIT, IMAGE_ENDINGS, ImageItem, need_folder


def list_items(root: Path) -> list[ImageItem]:
    """List the images below `root`, in the order of their paths.

    Images are known by their ending; hidden files are ignored. Without a folder per split, every image is in the split
    `test`. Each image is its own cluster; to say which show one person, use a manifest.

    Raises:
        InputError: there is no image, or images are at different depths or directly in `root`.
    """
    images = [path for path in sorted(need_folder(root).rglob("*")) if _is_image(path, root)]
    if not images:
        hint = f"the endings are {', '.join(sorted(IMAGE_ENDINGS))}"
        raise InputError("has no image", code="missing", file=root, hint=hint)
    _check_depths(images, root)
    return [_item(path, root) for path in images]


def _is_image(path: Path, root: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
    return path.is_file() and path.suffix.lower() in IMAGE_ENDINGS and not hidden


def _check_depths(images: list[Path], root: Path) -> None:
    depths = {len(path.relative_to(root).parts): path for path in images}
    for depth, path in depths.items():
        if depth not in (2, 3):
            hint = f"move it to {root}/LABEL/ or {root}/SPLIT/LABEL/"
            raise InputError("is not in a folder named by its label", code="type", file=path, hint=hint)
    if len(depths) > 1:
        what = f"{depths[2]} is in LABEL/, {depths[3]} in SPLIT/LABEL/"
        raise InputError(what, code="conflict", file=root, hint="use one of the two")


def _item(path: Path, root: Path) -> ImageItem:
    *split, label, _ = path.relative_to(root).parts
    return ImageItem(
        path=path,
        labels=(label,),
        cluster=path.relative_to(root).as_posix(),
        split=split_name(split[0], file=path) if split else DEFAULT_SPLIT,
    )
