"""Generated movements and films with known truth, and what is counted and judged in them."""
