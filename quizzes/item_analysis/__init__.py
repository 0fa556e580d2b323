"""Item analysis in the classical manner: how hard each question was, what it told, how far a score can be trusted.

Pure: plain sequences in, figures out. `docs/item-analysis.md` explains each figure and works an example by hand.
"""

from quizzes.item_analysis.analysis import MIN_ATTEMPTS, analyze, analyze_columns
from quizzes.item_analysis.figures import ChoiceFigures, Column, Figures, Flag, Item, ItemFigures, Kind

__all__ = [
    "MIN_ATTEMPTS",
    "ChoiceFigures",
    "Column",
    "Figures",
    "Flag",
    "Item",
    "ItemFigures",
    "Kind",
    "analyze",
    "analyze_columns",
]
