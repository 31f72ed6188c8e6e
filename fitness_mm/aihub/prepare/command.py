"""The command behind ``tools/data/prepare.py``: index a data root, make its clip files, and say
how it goes."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from fitness_mm.aihub.clips.job import DEFAULT_HEIGHT
from fitness_mm.aihub.disk.image_files import look_up_archives
from fitness_mm.aihub.disk.layout import LayoutError
from fitness_mm.aihub.disk.search import find_sources
from fitness_mm.aihub.disk.sources import Sources
from fitness_mm.aihub.image_checks.results import LIST_FILE
from fitness_mm.aihub.index import recorded_sources
from fitness_mm.errors import FitnessError
from fitness_mm.files import check_output, locked
from fitness_mm.printable import printable
from fitness_mm.progress import shown_progress

from .build import BuildResult, build_index
from .clips import ClipSummary, Shard, build_clips, merge_clips
from .image_checks import CheckSummary, check_images


@dataclass(frozen=True)
class ClipOptions:
    """Which clip files to make.

    Attributes:
        height: Of the frames in pixels.
        shard: Which part of the work to do, all if None.
        merge: Join what shards have made instead of making any.
    """

    height: int = DEFAULT_HEIGHT
    shard: Shard | None = None
    merge: bool = False


def prepare(root: str | Path, workers: int = 1, clips: ClipOptions | None = None,
            image_size: tuple[int, int] | None = None, check: str | None = None,
            images: Sequence[str | Path] = (), out: str | Path | None = None) -> None:
    """Index a data set, check its images and make clip files if asked for, showing progress, and
    print the report.

    Args:
        root: Folder of the data set, or of an index of it that was made elsewhere with ``out``.
        workers: Number of processes.
        clips: Which clip files to make.
        image_size: Width and height of the images, to index labels alone.
        check: Whether to look at the ``header`` or the ``whole`` of every image.
        images: Further folders with images.
        out: Where to write everything; the root if None.

    Raises:
        FitnessError: If there is nothing to train on, or the files or the machine do not do.
    """
    kept = ('finished days are kept' + (', images that were checked' if check else '')
            + (' and so are finished clip files' if clips else ''))
    sources = _sources(root, images, out, image_size is not None)
    try:
        with locked(sources.out, shared=bool(clips and clips.shard)) as free:
            if not free:
                raise FitnessError(f'another prepare.py is at work in {sources.out}; wait until it '
                                   'is done, or give each a --shard of its own')
            _prepare(sources, workers, clips, image_size, check)
    except BrokenProcessPool as error:
        raise FitnessError(f'a worker process died, perhaps for lack of memory; {kept}, '
                           'run it again with fewer --workers') from error
    except OSError as error:
        raise FitnessError(f'{error.filename or root}: {error.strerror or error}; {kept}, '
                           'run it again when that is mended') from error


def _sources(root: str | Path, images: Sequence[str | Path], out: str | Path | None,
             labels_only: bool) -> Sources:
    """Where everything is, with a folder to write into."""
    try:
        sources = find_sources(root, images, out, labels_only)
    except LayoutError:
        recorded = recorded_sources(root)
        if recorded is None or images or out:
            raise
        sources = find_sources(recorded.roots[0], recorded.roots[1:], root, labels_only)
    try:
        check_output(sources.out, folder=True)
    except FitnessError as error:
        if out:
            raise
        raise FitnessError(f'{error}, with --out') from error
    sources.out.mkdir(parents=True, exist_ok=True)
    return sources


def _prepare(sources: Sources, workers: int, clips: ClipOptions | None,
             image_size: tuple[int, int] | None, check: str | None) -> None:
    if clips and clips.shard:
        with shown_progress() as progress:
            made = build_clips(sources, clips.height, workers, clips.shard, progress)
        print(f'{_sentence(made)} This was shard {clips.shard.number} of {clips.shard.count}; when '
              f'all are done: prepare.py --root {sources.out} --merge')
        return
    with shown_progress() as progress:
        if image_size is None:
            look_up_archives(sources, lambda *counts: progress('MB of archives', *counts))
        result = build_index(sources, workers, progress, image_size)
        parsed = (f'Parsed {result.labels_parsed} label files, re-used {result.labels_reused} '
                  'from earlier runs.')
        if image_size:
            parsed += (' No image was looked for: only networks that see keypoints alone can use '
                       'this index.')
        if check:
            checked = check_images(sources, check, workers, progress)
            result = build_index(sources)  # without what is broken
            parsed += f' {_check_sentence(checked)}'
        if clips:
            made = (merge_clips(sources, clips.height) if clips.merge else
                    build_clips(sources, clips.height, workers, on_progress=progress))
            result = build_index(sources)  # with the clips in it
            parsed = f'{parsed} {_sentence(made)}'
    _show(sources, result, parsed)


def _check_sentence(checked: CheckSummary) -> str:
    what = 'all of' if checked.level == 'whole' else 'beginning and end of'
    text = f'Looked at {what} {checked.checked} images'
    if checked.reused:
        text += f'; {checked.reused} were looked at before'
    return f'{text}; ' + (f'broken: {checked.broken}, see {LIST_FILE}.' if checked.broken else
                          'none is broken.')


def _sentence(made: ClipSummary) -> str:
    text = (f'Made {made.made} clip files, re-used {made.reused} from earlier runs, '
            f'{made.num_bytes / 1e6:.1f} MB in all.')
    if made.rejected:
        text += f' {made.rejected} clip-views have images that do not allow one.'
    return text


def _show(sources: Sources, result: BuildResult, done: str) -> None:
    print(result.text)
    print(f'{done} The index and report.json are in {printable(str(sources.out))}'
          + (': that is the FITNESS_DATA_ROOT of trainings.' if sources.out != sources.roots[0]
             else '.'))
