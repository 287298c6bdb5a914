"""The symbols that mark points, around (0, 0) and a unit wide, as pyqtgraph has them."""

from pyqtgraph.graphicsItems.ScatterPlotItem import Symbols
from PySide6.QtGui import QPainterPath

CIRCLE: QPainterPath = Symbols["o"]
SQUARE: QPainterPath = Symbols["s"]
DIAMOND: QPainterPath = Symbols["d"]
CROSS: QPainterPath = Symbols["x"]
