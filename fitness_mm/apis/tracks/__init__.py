"""Files of keypoints in the place of a video: what people's other tools write."""
