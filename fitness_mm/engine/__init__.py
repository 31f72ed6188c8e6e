"""What pose and action share of a run: hooks in mmengine's root registry, and launching.

Nothing is imported here, so that tools can parse their arguments without torch.
"""
