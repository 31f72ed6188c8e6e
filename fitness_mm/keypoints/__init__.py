"""The 24 keypoints: names, groups, where a labelled person is, what is drawn and said of them."""
