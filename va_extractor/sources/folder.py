"""A folder per label: `<root>/<label>/<image>`, or `<root>/<split>/<label>/<image>`."""

from __future__ import annotations

from pathlib import Path

from va_extractor.common.errors import InputError
from va_extractor.sources.checks import DEFAULT_SPLIT, IMAGE_ENDINGS, folder, some_files_exist, split_name
from va_extractor.sources.item import ImageItem


def list_items(root: Path) -> list[ImageItem]:
    """List the images below `root`, in the order of their paths.

    A file is an image by its ending; hidden files and other endings are passed over. Without a folder per split, every
    image is in the split `test`. Each image is its own cluster: a folder does not tell who is on it (use a manifest).

    Raises:
        InputError: there is no image, or images lie at different depths or directly in `root`.
    """
    images = [path for path in sorted(folder(root).rglob("*")) if _is_image(path, root)]
    if not images:
        raise InputError(f"{root}: no image below it (endings: {', '.join(sorted(IMAGE_ENDINGS))})")
    _check_depths(images, root)
    return some_files_exist([_item(path, root) for path in images], str(root))


def _is_image(path: Path, root: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
    return path.is_file() and path.suffix.lower() in IMAGE_ENDINGS and not hidden


def _check_depths(images: list[Path], root: Path) -> None:
    depths = {len(path.relative_to(root).parts): path for path in images}
    wrong = next((path for depth, path in depths.items() if depth not in (2, 3)), None)
    if wrong is not None:
        raise InputError(f"{wrong}: an image lies in a folder named by its label: {root}/LABEL/ or {root}/SPLIT/LABEL/")
    if len(depths) > 1:
        raise InputError(f"{root}: {depths[2]} lies in LABEL/, {depths[3]} in SPLIT/LABEL/; use one of the two")


def _item(path: Path, root: Path) -> ImageItem:
    *split, label, _ = path.relative_to(root).parts
    return ImageItem(
        path=path,
        labels=(label,),
        cluster=path.relative_to(root).as_posix(),
        split=split_name(split[0], str(path)) if split else DEFAULT_SPLIT,
    )
