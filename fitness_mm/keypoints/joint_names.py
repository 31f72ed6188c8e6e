"""Names of the keypoints in sentences for people: left and right together where both are meant."""

from __future__ import annotations

from collections.abc import Iterable

from .skeleton import KEYPOINT_INDEX, KEYPOINTS

LANGUAGES = ('ko', 'en')

_SIDES_KO = {'Left': '왼쪽', 'Right': '오른쪽'}
# Of a keypoint without its side: Korean, English plural. Korean needs no plural.
_PARTS = {
    'Nose': ('코', 'nose'), 'Eye': ('눈', 'eyes'), 'Ear': ('귀', 'ears'),
    'Shoulder': ('어깨', 'shoulders'), 'Elbow': ('팔꿈치', 'elbows'), 'Wrist': ('손목', 'wrists'),
    'Hip': ('골반', 'hips'), 'Knee': ('무릎', 'knees'), 'Ankle': ('발목', 'ankles'),
    'Neck': ('목', 'neck'), 'Palm': ('손', 'palms'), 'Back': ('등', 'back'),
    'Waist': ('허리', 'waist'), 'Foot': ('발', 'feet'),
}  # yapf: disable


def joint_names(joints: Iterable[int], language: str) -> str:
    """Keypoints as an enumeration, such as 'neck, hips, left knee', in the skeleton's order.

    Args:
        joints: Keypoint indices.
        language: One of :data:`LANGUAGES`.

    Raises:
        ValueError: If there is no such language.
        IndexError: If there is no such keypoint.
    """
    if language not in LANGUAGES:
        raise ValueError(f'language is {language!r}, expected one of {LANGUAGES}')
    chosen = {KEYPOINTS[joint] for joint in joints}
    names = []
    for name in sorted(chosen, key=KEYPOINT_INDEX.__getitem__):
        side, _, part = name.rpartition(' ')
        korean, english = _PARTS[part]
        whole = not side or {f'Left {part}', f'Right {part}'} <= chosen
        if language == 'ko':
            names.append(korean if whole else f'{_SIDES_KO[side]} {korean}')
        else:
            names.append(english if whole else name.lower())
    return ', '.join(dict.fromkeys(names))
