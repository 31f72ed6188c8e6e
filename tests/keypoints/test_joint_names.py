import pytest

from fitness_mm.keypoints.joint_names import joint_names
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX, NUM_KEYPOINTS


@pytest.mark.parametrize(('names', 'korean', 'english'), [
    (['Right Knee', 'Left Knee'], '무릎', 'knees'),
    (['Neck', 'Right Ankle', 'Nose'], '코, 오른쪽 발목, 목', 'nose, right ankle, neck'),
    (['Left Foot', 'Right Foot', 'Left Palm'], '왼쪽 손, 발', 'left palm, feet'),
    ([], '', ''),
])
def test_sides_are_named_only_where_one_of_them_is_meant(names, korean, english):
    joints = [KEYPOINT_INDEX[name] for name in names]
    assert joint_names(joints, 'ko') == korean
    assert joint_names(joints, 'en') == english


def test_every_keypoint_has_a_name():
    # 10 pairs and 4 in the middle.
    assert joint_names(range(NUM_KEYPOINTS), 'ko') == (
        '코, 눈, 귀, 어깨, 팔꿈치, 손목, 골반, 무릎, 발목, 목, 손, 등, 허리, 발')
    assert len(joint_names(range(NUM_KEYPOINTS), 'en').split(', ')) == 14


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="language is 'de', expected one of"):
        joint_names([0], 'de')
