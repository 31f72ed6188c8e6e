"""The data set for other tools and for readers: COCO keypoints, the page of conditions."""
