"""Who moves: the proportions of a body, the joints that follow from its angles, its looks."""
