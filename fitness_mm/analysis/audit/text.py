"""The state of a data set as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from fitness_mm.aihub.disk.layout import VIEWS
from fitness_mm.aihub.prepare.report import pad
from fitness_mm.keypoints.skeleton import KEYPOINTS
from fitness_mm.printable import printable
from fitness_mm.tables import percent

from .checks.suspicious import CHECKS
from .counts import Amount, condition_names
from .folders import folders_by_day
from .state import DataState

_NAME_WIDTH = 58
_MOST = 10
_RANKED = 20


def as_text(state: DataState) -> str:
    """The state in about 150 lines, however large the data set."""
    return '\n'.join(map(printable, [
        f'{state.index.root}: {state.index.describe()}',
        *_groups(state),
        *_labels(state),
        *_conditions(state),
        *_rejects(state),
        *_folders(state),
        *_suspicious(state),
    ])) + '\n'


def _groups(state: DataState) -> Iterable[str]:
    for what in ('exercise', 'view', 'day'):
        yield ''
        yield (pad(what.capitalize(), _NAME_WIDTH)
               + f"{'clips':>8}{'views':>9}{'frames':>10}{'people':>8}")
        for group in state.amounts[what]:
            yield (pad(group.name, _NAME_WIDTH) + f'{group.clips:>8}{group.clip_views:>9}'
                   f'{group.frames:>10}{group.performers:>8}')
    yield ''
    for what in ('performer', 'type'):
        yield _spread(f'{what}s', state.amounts[what])


def _spread(what: str, groups: Sequence[Amount]) -> str:
    ordered = sorted(groups, key=lambda group: group.clips)
    if not ordered:
        return f'{what.capitalize():<10}     0'
    counts = [group.clips for group in ordered]
    return (f'{what.capitalize():<10}{len(groups):>6}, with {counts[0]} to {counts[-1]} clips '
            f'each, median {np.median(counts):g}; fewest: '
            + ', '.join(f'{group.name} ({group.clips})' for group in ordered[:3]))


def _labels(state: DataState) -> Iterable[str]:
    yield ''
    yield 'Labelled frames per clip-view: ' + _histogram(state.frames_per_clip_view)
    yield 'Images per clip-view:          ' + _histogram(state.images_per_clip_view)
    if len(state.incomplete):
        yield (f'{len(state.incomplete)} clip-views have fewer images than another view of their '
               f'clip, e.g. {state.index.clip_view_id(int(state.incomplete[0]))}')
    yield ''
    yield (f"{'Visible keypoints':<24}" + ''.join(f'{view:>8}' for view in VIEWS))
    # all 24 rows say little where nearly everything is visible
    worst = np.argsort(np.nan_to_num(state.visible, nan=1).min(axis=1), kind='stable')
    hidden = [k for k in worst if np.nanmin(state.visible[k], initial=1) < 1]
    for k in hidden[:_MOST]:
        yield f'{KEYPOINTS[k]:<24}' + ''.join(
            f'{percent(share, 2):>8}' for share in state.visible[k])
    rest = len(KEYPOINTS) - len(hidden[:_MOST])
    yield (f"{rest} {'others' if hidden else 'keypoints'}: "
           + ('at least as visible' if len(hidden) > _MOST else 'visible in every frame'))


def _histogram(histogram: dict[int, int]) -> str:
    common = sorted(histogram.items(), key=lambda item: -item[1])
    shown = ', '.join(f'{number} in {count}' for number, count in common[:_MOST])
    return shown + (f' and {len(common) - _MOST} other numbers' if len(common) > _MOST else '')


def _conditions(state: DataState) -> Iterable[str]:
    yield ''
    yield pad('Condition', _NAME_WIDTH) + f"{'holds':>8}{'broken':>9}{'unknown':>10}"
    for exercise, counts in state.conditions_by_exercise().items():
        yield exercise
        for count in counts:
            yield (pad(f'  {condition_names(count.condition)}', _NAME_WIDTH)
                   + f'{count.holds:>8}{count.broken:>9}{count.unknown:>10}')


def _rejects(state: DataState) -> Iterable[str]:
    yield ''
    if state.rejects is None:
        yield f'What was rejected is not known: {state.rejects_error}'
        return
    yield 'Rejected or noticed when the index was made'
    if not state.rejects:
        yield '        nothing'
    for reject in state.rejects:
        yield f'{reject.count:>9}  {reject.what:<10}  {reject.reason}: {reject.meaning}'
        yield from (f'{"":>23}{example}' for example in reject.examples[:1])
    if state.days_without_labels:
        yield f'{len(state.days_without_labels):>9}  days without a usable 2D label'
        yield from (f'{"":>23}{day}' for day in state.days_without_labels)


def _folders(state: DataState) -> Iterable[str]:
    folders = state.folders
    yield ''
    yield f'Image folders: {folders.on_disk} on disk'
    for what, found in folders.differences().items():
        yield f'{len(found):>9}  {what}'
        for day, count in list(folders_by_day(found).items())[:_MOST]:
            first = next(folder for folder in found if f'/img/{day.partition("/")[2]}/' in folder)
            yield f'{"":>11}{count} of {day}, e.g. {first}'
    for folder, why in list(folders.unreadable.items())[:_MOST]:
        yield f'{"":>11}{folder} {why}'


def _suspicious(state: DataState) -> Iterable[str]:
    frames, clip_views = state.num_suspicious()
    yield ''
    yield (f'Suspicious labelled frames: {frames} of {len(state.suspicions.row)}, in '
           f'{clip_views} clip-views')
    for name, flagged, unchecked, meaning in state.checks():
        yield (f'{flagged:>9}  {name:<6} {meaning}'
               + (f' ({unchecked} frames could not be checked)' if unchecked else ''))
    worst = state.worst(_RANKED)
    if worst:
        yield f'The worst frame of each clip-view, {len(worst)} of them; 1 is the threshold'
        yield ''.join(f'{name:>8}' for name in CHECKS) + '   frame of clip-view'
    for clip_view, number, scores, exercise in worst:
        yield (''.join(f'{score:>8.2f}' for score in scores)
               + f'   {number:>2} of {clip_view}, {exercise}')
