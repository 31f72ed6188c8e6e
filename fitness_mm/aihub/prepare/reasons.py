"""Why a file, a clip or a clip-view is left out of the index, and what was noticed in passing."""

from __future__ import annotations

REASONS: dict[str, str] = {
    # about a file
    'unreadable': 'the file cannot be read',
    'too_large': 'the file is larger than any label',
    'empty_file': 'the file is empty',
    'bad_json': 'the file is not complete, valid JSON in UTF-8',
    'bad_structure': 'a field is missing or has the wrong JSON type',
    'empty_frames': 'the label has no frames',
    'unknown_type': 'the type is none of the catalogue',
    'unknown_exercise': 'the exercise name is not in the catalogue',
    'type_conflict': 'file name, type, exercise or image names contradict each other',
    'day_conflict': 'the label is about another day than the folder it lies in',
    'bad_file_name': 'the name is not that of a label file, or not UTF-8',
    'misplaced': 'neither a day folder around the file nor an img_key in it says the day',
    'symlink': 'a symbolic link inside the label tree, not followed',
    'too_deep': 'folders are nested deeper than any label tree',
    'duplicate': 'the clip is indexed from another file already',
    'broken_archive': 'an archive of images is cut off, damaged or has unusable members',
    'broken_zip': 'a ZIP of labels is damaged or has unusable members',
    'unjoined': 'a ZIP lies there in the parts it was downloaded in, not joined',
    # about one view of a clip
    'missing_view': 'a camera view is missing in some or all frames',
    'missing_keypoints': 'a frame has none of the 24 keypoints',
    'not_finite': 'a coordinate is null, NaN or infinite',
    'unsafe_path': 'img_key tries to leave the data root or cannot be a path',
    'bad_img_key': 'img_key is not of the form day/slot/view/clip/clip-0000001.jpg',
    'view_conflict': 'img_key names another camera or clip than the view it belongs to',
    'mixed_images': 'the frames of one view name several image folders or one image twice',
    'missing_images': 'the images are not on the disk under any known spelling',
    'broken_image': 'no labelled image has a readable JPEG header, or all are broken',
    'broken_frames': 'a labelled image cannot be decoded, which making its clip file showed',
    # about a 3D label
    'no_2d_label': 'there is no usable 2D label of the clip of a 3D label',
    'other_frames': 'a 3D label has another number of frames than the clip has labelled images',
    # about either
    'outside_root': 'a symbolic link leads out of the data root, not followed',
    'no_usable_view': 'every view was rejected, for different reasons',
}
"""Reason -> what it means, in the order reports list them."""

NOTES: dict[str, str] = {
    'keypoints_outside_image': 'keypoints outside the image (kept, marked invisible)',
    'keypoints_missing': 'keypoints whose name is missing in the label (marked invisible)',
    'frames_without_image': 'labelled frames whose image is missing (frame dropped)',
    'frames_with_broken_image': 'labelled frames whose image is broken (frame dropped)',
    'unknown_condition': 'clips with a condition the catalogue lacks (conditions not used)',
    'contradictory_condition': 'clips with a condition both true and false (conditions not used)',
    'no_type_info': 'clips whose label says nothing about conditions (kept for pose)',
    'quarantined_type': 'clips of a type whose conditions are wrong (conditions not used)',
    'mislabelled_condition': 'clips of a type with a condition that is known to be labelled '
                             'wrongly (that one not used)',
    'renumbered_type': 'clips known to show another type than they say (its exercise used, '
                       'conditions not)',
    'no_clip_file': 'clip-views without a clip file, because an image without labels is missing '
                    'or broken (used from their images)',
    'older_release': 'groups of labels in the older release, with no newer one beside them',
    'unusual_frame_count': 'clips with another number of labelled frames than 16',
}
"""What is counted and kept."""
