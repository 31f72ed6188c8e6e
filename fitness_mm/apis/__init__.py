"""From a plain video to feedback."""
