"""Item analysis in the classical manner: how hard each question was, what it told, how far a score can be trusted.

Pure: plain sequences in, figures out. `docs/item-analysis.md` explains each figure and works an example by hand.
"""

from quizzes.item_analysis.analysis import MIN_ATTEMPTS, analyze
from quizzes.item_analysis.figures import ChoiceFigures, Figures, Flag, Item, ItemFigures

__all__ = ["MIN_ATTEMPTS", "ChoiceFigures", "Figures", "Flag", "Item", "ItemFigures", "analyze"]
