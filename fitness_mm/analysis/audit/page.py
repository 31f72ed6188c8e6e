"""The state of a data set as one HTML file that needs nothing beside it."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

import numpy as np

from fitness_mm.aihub.catalog import EXERCISES
from fitness_mm.aihub.disk.layout import VIEWS
from fitness_mm.files import replacing
from fitness_mm.keypoints.skeleton import KEYPOINTS

from .checks.suspicious import CHECKS, MEANINGS
from .counts import Amount
from .folders import folders_by_day
from .state import DataState

_STYLE = '''
body{font:14px/1.5 system-ui,"Noto Sans KR","Malgun Gothic",sans-serif;max-width:72rem;
 margin:2rem auto;padding:0 1rem;color:#1c2733;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2.2rem;border-bottom:1px solid #ccd5de}
table{border-collapse:collapse;margin:.6rem 0}
td,th{padding:.15rem .7rem;text-align:right;border-bottom:1px solid #e6ebf0}
td:first-child,th:first-child,td.text{text-align:left}
th{font-weight:600;color:#4a5a6a}tr.head td{font-weight:600;background:#f3f6f9}
img{max-width:100%;border:1px solid #e6ebf0}summary{cursor:pointer;color:#0b5a94}
.bar{display:inline-block;width:8rem;height:.7rem;background:#e8b4a2;vertical-align:middle}
.bar i{display:block;height:100%;background:#0072b2}
code,.path{font-family:ui-monospace,monospace;font-size:.85em}.grey{color:#66758a}
'''

_MOST_FOLDERS = 200
_MOST_RANKED = 200


def write_page(state: DataState, images: Sequence[tuple[str, Path]], path: str | Path) -> Path:
    """Writes the page.

    Args:
        state: What was found.
        images: Pictures to embed, each with the heading of the section that it belongs to.
        path: The file.
    """
    embedded = {heading: _image(image) for heading, image in images}
    sections = {
        'What there is': _amounts(state),
        'Labels': _labels(state),
        'Conditions': _conditions(state),
        'Left out or noticed': _rejects(state),
        'Folders': _folders(state),
        'Suspicious labels': _suspicious(state),
    }
    body = ''.join(f'<h2>{heading}</h2>{embedded.get(heading, "")}{"".join(parts)}'
                   for heading, parts in sections.items())
    name = escape(str(state.index.root))
    page = (f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{name}</title>'
            f'<style>{_STYLE}</style><h1>{name}</h1><p>{escape(state.index.describe())}</p>{body}'
            '</html>\n')
    with replacing(path) as temporary:
        temporary.write_text(page, 'utf-8')
    return Path(path)


def _image(path: Path) -> str:
    data = base64.b64encode(path.read_bytes()).decode('ascii')
    return f'<p><img alt="{escape(path.stem)}" src="data:image/png;base64,{data}"></p>'


class _Html(str):
    """Text that is HTML already; all other text comes from the data set and is escaped."""


def _table(header: Sequence[str], rows: Iterable[Sequence[object]],
           text: Sequence[int] = ()) -> str:
    """A table; columns in ``text`` are aligned left."""
    def cell(i: int, value: object) -> str:
        shown = value if isinstance(value, _Html) else escape(str(value))
        return f'<td{" class=text" if i in text else ""}>{shown}</td>'

    head = ''.join(f'<th>{escape(name)}</th>' for name in header)
    lines = ''.join(f'<tr>{"".join(cell(i, v) for i, v in enumerate(row))}</tr>' for row in rows)
    return f'<table><tr>{head}</tr>{lines}</table>'


def _folded(title: str, content: str) -> str:
    return f'<details><summary>{escape(title)}</summary>{content}</details>'


def _amounts(state: DataState) -> Iterable[str]:
    for what, groups in state.amounts.items():
        table = _table((what, 'clips', 'clip-views', 'labelled frames', 'performers'),
                       (_amount_cells(group) for group in groups))
        yield table if what in ('exercise', 'view') else _folded(f'by {what}: {len(groups)}',
                                                                 table)


def _amount_cells(group: Amount) -> tuple[object, ...]:
    return group.name, group.clips, group.clip_views, group.frames, group.performers


def _labels(state: DataState) -> Iterable[str]:
    yield _table(('labelled frames per clip-view', 'clip-views'),
                 state.frames_per_clip_view.items())
    yield _table(('images per clip-view', 'clip-views'), state.images_per_clip_view.items())
    names = [state.index.clip_view_id(int(row)) for row in state.incomplete[:_MOST_FOLDERS]]
    yield (f'<p>{len(state.incomplete)} clip-views have fewer images than another view of their '
           'clip.</p>' + (_folded('which', _lines(names)) if names else ''))
    yield _folded('visible keypoints, % of labelled frames by view', _table(
        ('keypoint', *VIEWS), ((name, *(f'{100 * share:.2f}' for share in shares))
                               for name, shares in zip(KEYPOINTS, state.visible, strict=True))))


def _conditions(state: DataState) -> Iterable[str]:
    rows: list[tuple[object, ...]] = []
    exercise = None
    for count in state.conditions:
        first = '' if count.exercise == exercise else f'{count.exercise.name} ' \
            f'({count.exercise.name_ko})'
        exercise = count.exercise
        known = count.holds + count.broken
        bar = _Html(f'<span class=bar><i style="width:{100 * count.holds / known:.0f}%"></i>'
                    '</span>') if known else ''
        rows.append((first, count.condition, count.holds, count.broken, count.unknown, bar))
    yield '<p>Clips in which a condition holds (blue) or is broken.</p>'
    yield _table(('exercise', 'condition', 'holds', 'broken', 'unknown', ''), rows, text=(1, 5))


def _rejects(state: DataState) -> Iterable[str]:
    if state.rejects is None:
        yield f'<p>Not known: {escape(state.rejects_error)}</p>'
        return
    yield _table(('reason', 'count', 'of', 'meaning'),
                 ((r.reason, r.count, r.what, r.meaning) for r in state.rejects), text=(2, 3))
    for reject in state.rejects:
        if reject.examples:
            yield _folded(f'{reject.reason}: {len(reject.examples)} of {reject.count}',
                          _lines(reject.examples))
    if state.days_without_labels:
        yield '<p>Days without a usable 2D label:</p>' + _lines(state.days_without_labels)


def _folders(state: DataState) -> Iterable[str]:
    folders = state.folders
    yield f'<p>{folders.on_disk} clip folders on disk.</p>'
    for what, found in (('that no indexed label mentions', folders.unmentioned),
                        ('of labels that are not on disk', folders.missing)):
        yield f'<p>{len(found)} folders {what}.</p>'
        if found:
            yield _table(('day', 'folders'), folders_by_day(found).items())
            yield _folded(f'{min(len(found), _MOST_FOLDERS)} of {len(found)}',
                          _lines(found[:_MOST_FOLDERS]))
    if folders.unreadable:
        yield '<p>Folders that could not be listed:</p>' + _lines(
            f'{folder} {why}' for folder, why in folders.unreadable.items())


def _suspicious(state: DataState) -> Iterable[str]:
    found, index = state.suspicions, state.index
    total = len(found.row)
    views = len(np.unique(found.row[found.suspicious]))
    yield (f'<p>{int(found.suspicious.sum())} of {total} labelled frames, in {views} clip-views, '
           'by checks that look at the labels alone. A score of 1 is the threshold.</p>')
    yield _table(('check', 'frames', 'not checkable', 'meaning'), (
        (name, int(found.flagged[:, c].sum()), total - int(found.checked[:, c].sum()),
         MEANINGS[name]) for c, name in enumerate(CHECKS)), text=(3, ))
    frames = found.first_of_each_clip_view(found.ranked())[:_MOST_RANKED]
    rows = []
    for frame in frames:
        row = int(found.row[frame])
        exercise = EXERCISES[int(index.value('exercise', row))]
        rows.append((index.clip_view_id(row), int(found.frame_number[frame]),
                     *(f'{score:.2f}' for score in found.scores[frame]),
                     f'{exercise.name} ({exercise.name_ko})'))
    if rows:
        yield f'<p>The worst frame of each clip-view, {len(rows)} of {views}:</p>'
        yield _table(('clip-view', 'frame', *CHECKS, 'exercise'), rows, text=(6, ))


def _lines(lines: Iterable[str]) -> str:
    return '<p class=path>' + '<br>'.join(map(escape, lines)) + '</p>'
