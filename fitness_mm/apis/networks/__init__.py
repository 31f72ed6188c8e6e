"""From crops and windows to keypoints and logits: networks of both hosts."""
