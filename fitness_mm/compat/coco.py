"""xtcocotools made of pycocotools: the same numbers for the same labels and predictions."""

from __future__ import annotations

import json
from collections import defaultdict

import numpy as np
from pycocotools import coco, cocoeval


class COCO(coco.COCO):
    """Reads annotations without ``iscrowd`` and an empty list of results too."""

    def createIndex(self) -> None:
        """Sort the annotations by image and category."""
        for annotation in self.dataset.get('annotations', ()):
            annotation.setdefault('iscrowd', False)
        super().createIndex()

    def loadRes(self, resFile) -> coco.COCO:
        """The results of a file or a list, beside the same images."""
        if isinstance(resFile, str):
            with open(resFile, encoding='utf-8') as file:
                resFile = json.load(file)
        if len(resFile):
            return super().loadRes(resFile)
        results = COCO()
        results.dataset = {**self.dataset, 'annotations': []}
        results.createIndex()
        return results


class COCOeval(cocoeval.COCOeval):
    """Judges any set of keypoints, with or without the areas of the people.

    Args:
        cocoGt: The labels.
        cocoDt: The predictions.
        iouType: ``keypoints``, ``bbox`` or ``segm``.
        sigmas: (K,) How far off labels of each keypoint are, as a share of the person's size.
        use_area: Whether a person's size is the label's ``area``, or 0.53 of the box.
    """

    def __init__(self, cocoGt=None, cocoDt=None, iouType='keypoints', sigmas=None,
                 use_area=True) -> None:
        if iouType.startswith('keypoints_'):
            raise RuntimeError(f'evaluating {iouType} needs xtcocotools, which is not installed or '
                               'does not load; install xtcocotools built for this NumPy')
        super().__init__(cocoGt, cocoDt, iouType)
        if sigmas is not None:
            self.params.kpt_oks_sigmas = sigmas
        self.use_area = use_area

    def _prepare(self) -> None:
        """Sorts labels and predictions; the rules are xtcocotools'.

        A label counts as a person where a keypoint of it is visible, whatever ``num_keypoints``
        says; a prediction without a positive score is none. Label ids may begin at 0, which means
        unmatched to pycocotools.
        """
        params = self.params
        if params.iouType != 'keypoints':
            super()._prepare()
            return
        labels, predictions = (
            api.loadAnns(api.getAnnIds(imgIds=params.imgIds,
                                       catIds=params.catIds if params.useCats else []))
            for api in (self.cocoGt, self.cocoDt))
        self._gts, self._dts = defaultdict(list), defaultdict(list)
        for label in labels:
            width, height = label['bbox'][2:]
            shown = np.count_nonzero(np.asarray(label['keypoints'])[2::3] > 0)
            self._gts[label['image_id'], label['category_id']].append({
                **label, 'id': label['id'] + 1, 'ignore': bool(label['iscrowd'] or not shown),
                'area': label['area'] if self.use_area else width * height * 0.53})
        for prediction in predictions:
            if np.count_nonzero(np.asarray(prediction['keypoints'])[2::3] > 0):
                self._dts[prediction['image_id'], prediction['category_id']].append(prediction)
        self.evalImgs, self.eval = defaultdict(list), {}
