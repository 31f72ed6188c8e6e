"""How well repetitions are counted, on generated movements of which the count is known."""

from .outcomes import Outcome, judge, markdown
from .plot import plot_outcomes
from .trials import Trial, draw_trial

__all__ = ['Outcome', 'Trial', 'draw_trial', 'judge', 'markdown', 'plot_outcomes']
