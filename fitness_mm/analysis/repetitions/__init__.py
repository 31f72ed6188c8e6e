"""How well repetitions are counted, on generated movements of which the count is known."""

from fitness_mm.analysis.repetitions.outcomes import Outcome, judge, markdown
from fitness_mm.analysis.repetitions.plot import plot_outcomes
from fitness_mm.analysis.repetitions.trials import Trial, draw_trial

__all__ = ['Outcome', 'Trial', 'draw_trial', 'judge', 'markdown', 'plot_outcomes']
