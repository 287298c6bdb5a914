"""A graph on a surface that fits its room, and can be zoomed and moved."""

from PySide6.QtCore import QEvent, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QMouseEvent, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget
from typing_extensions import override

from perceptron_gui.core.questions import Graph
from perceptron_gui.core.snapshot import FloatArray
from perceptron_gui.ui.graph import card as graph_card
from perceptron_gui.ui.graph.card import STYLES, Style
from perceptron_gui.ui.graph.items import EdgeItem, Light, NodeItem
from perceptron_gui.ui.graph.layout import Layout, Size, lay_out
from perceptron_gui.ui.theme import Colors

LEAST_SCALE, LARGEST_SCALE = 0.7, 1.5
"""Letters are not made smaller or larger than that of the usual ones, but by hand."""
_BAND_WORTH = 0.88
"""Letters of that size in one band are worth as much as whole ones in two."""
_MARGIN = 4.0
_MOST_BANDS = 5
_NOTCH = 1.15
_ZOOM_LIMITS = (0.2, 6.0)
_EMPTY = Graph((), ())


class GraphCanvas(QGraphicsView):
    """Shows a graph from left to right. Ctrl and the wheel zoom, a double click shows all again."""

    def __init__(self, colors: Colors, parent: QWidget | None = None) -> None:
        # Kept here: a view does not keep its scene alive.
        self._scene = QGraphicsScene()
        super().__init__(self._scene, parent)
        self.graph = _EMPTY
        self.layout_shown: Layout | None = None
        self.style_shown: Style = STYLES[0][0]
        self.is_zoomed = False
        self._colors = colors
        self._note = ""
        self._stale = ""
        self._held: dict[str, FloatArray | None] = {}
        self._nodes: list[NodeItem] = []
        self._edges: list[EdgeItem] = []
        self._arranged_for: object = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.set_colors(colors)

    @property
    def nodes(self) -> list[NodeItem]:
        """The items of the nodes, in the graph's order."""
        return self._nodes[: len(self.graph.nodes)]

    @property
    def edges(self) -> list[EdgeItem]:
        """The items of the edges, in the graph's order."""
        return self._edges[: len(self.graph.edges)]

    @property
    def note(self) -> str:
        """What stands in the place of a graph."""
        return self._note

    def show_graph(self, graph: Graph) -> None:
        """Show a graph as its last phase left it."""
        self.graph = graph
        while len(self._nodes) < len(graph.nodes):
            self._nodes.append(NodeItem(self._colors))
            self._scene.addItem(self._nodes[-1])
        while len(self._edges) < len(graph.edges):
            self._edges.append(EdgeItem(self._colors))
            self._scene.addItem(self._edges[-1])
        for number, node in enumerate(self._nodes):
            node.setVisible(number < len(graph.nodes))
        for number, edge in enumerate(self._edges):
            edge.setVisible(number < len(graph.edges))
        self._arrange()
        self.rest()

    def set_note(self, note: str) -> None:
        """Say something where there is no graph."""
        if note != self._note:
            self._note = note
            self.viewport().update()

    def set_stale(self, why: str) -> None:
        """Hatch all numbers and say why they no longer hold; nothing where they do."""
        if why != self._stale:
            self._stale = why
            self._write()

    def set_held(self, held: dict[str, FloatArray | None]) -> None:
        """Say in the tips of leaves what their `.grad` holds now, by the tensor's name."""
        if held.keys() != self._held.keys() or any(held[name] is not self._held[name] for name in held):
            self._held = held
            self._write()

    def set_colors(self, colors: Colors) -> None:
        """Paint in other colours."""
        self._colors = colors
        self.setBackgroundBrush(QBrush(QColor(colors.base)))
        for node in self._nodes:
            node.set_colors(colors)
        for edge in self._edges:
            edge.set_colors(colors)

    def retranslate(self) -> None:
        """Say the tips in the language of now."""
        self._write()

    def rest(self) -> None:
        """Light everything as the last phase left it."""
        for item, node in zip(self.nodes, self.graph.nodes, strict=True):
            light = Light.FORWARD if node.grad is None else Light.BACKWARD
            item.shine(light, shows_value=True, shows_grad=True)
        self._light_edges()

    def move_to(self, phase: Light, progress: float) -> None:
        """Light what a phase has reached: Forward from the left, Backward from the right, `progress` from 0 to 1."""
        layers = self.layout_shown.layers if self.layout_shown is not None else ()
        count = max(layers, default=0) + 1
        for item, node, layer in zip(self.nodes, self.graph.nodes, layers, strict=True):
            order = layer if phase is Light.FORWARD else count - 1 - layer
            is_reached = (order + 0.5) / count <= progress
            if phase is Light.FORWARD:
                item.shine(Light.FORWARD if is_reached else Light.OFF, shows_value=is_reached, shows_grad=True)
            else:
                is_lit = is_reached and node.grad is not None
                item.shine(Light.BACKWARD if is_lit else Light.FORWARD, shows_value=True, shows_grad=is_reached)
        self._light_edges()

    def show_all(self) -> None:
        """Return from a zoomed view to the whole graph."""
        self.is_zoomed = False
        self._fit()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_arranged_for"):
            self._arrange()

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
            return
        factor = _NOTCH ** (event.angleDelta().y() / 120)
        least, most = _ZOOM_LIMITS
        factor = min(max(self.transform().m11() * factor, least), most) / self.transform().m11()
        self.is_zoomed = True
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.scale(factor, factor)
        event.accept()

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.show_all()
        event.accept()

    @override
    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        if self._note and not self.graph.nodes:
            painter.resetTransform()
            painter.setPen(QColor(self._colors.muted))
            painter.setFont(self.font())
            room = self.viewport().rect().adjusted(8, 8, -8, -8)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._note)

    def _arrange(self) -> None:
        """Choose how much is written and in how many bands, for the room there is; unless all is as it was."""
        wanted = (self.size(), self.font(), self.graph.edges, self._sizes(self.style_shown))
        if wanted != self._arranged_for:
            self.style_shown, self.layout_shown = self._chosen()
            self._arranged_for = (*wanted[:3], self._sizes(self.style_shown))
            for edge, route in zip(self.edges, self.layout_shown.routes, strict=True):
                edge.place(route)
            for node, box in zip(self.nodes, self.layout_shown.boxes, strict=True):
                node.place(box, self.font())
            width, height = self.layout_shown.size
            self._scene.setSceneRect(-_MARGIN, -_MARGIN, width + 2 * _MARGIN, height + 2 * _MARGIN)
            if not self.is_zoomed:
                self._fit()
        self._write()

    def _chosen(self) -> tuple[Style, Layout]:
        """Return the most telling style whose letters stay large enough; few bands are worth smaller letters."""
        best_worth, best = (False, -1.0), (STYLES[0][0], lay_out((), (), 1))
        for styles in STYLES:
            sizes = {style: self._sizes(style) for style in styles}
            for bands in range(1, _MOST_BANDS + 1):
                for style in styles:
                    layout = lay_out(sizes[style], self.graph.edges, bands)
                    scale = self._scale(layout)
                    worth = scale >= LEAST_SCALE, min(scale, 1.0) * _BAND_WORTH ** (bands - 1)
                    if worth > best_worth:
                        best_worth, best = worth, (style, layout)
                    if scale >= 1:
                        # More bands, and fewer numbers, can only be worth less.
                        return best
            if best_worth[0]:
                break
        return best

    def _scale(self, layout: Layout) -> float:
        width, height = (side + 2 * _MARGIN + 2 for side in layout.size)
        return min(self.width() / width, self.height() / height)

    def _fit(self) -> None:
        if self.layout_shown is None:
            return
        scale = min(max(self._scale(self.layout_shown), LEAST_SCALE), LARGEST_SCALE)
        self.resetTransform()
        self.scale(scale, scale)
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.setValue(bar.minimum())

    def _sizes(self, style: Style) -> list[Size]:
        metrics = QFontMetricsF(self.font())
        return [graph_card.card_size(graph_card.card(node, style), metrics) for node in self.graph.nodes]

    def _write(self) -> None:
        for item, node in zip(self.nodes, self.graph.nodes, strict=True):
            tip = graph_card.tip(node, self._held.get(node.tensor))
            item.show_card(graph_card.card(node, self.style_shown), f"{tip}\n{self._stale}" if self._stale else tip)
            item.set_stale(is_stale=bool(self._stale))

    def _light_edges(self) -> None:
        """An edge is lit as both its ends are."""
        nodes = self.nodes
        for item, (consumer, given) in zip(self.edges, self.graph.edges, strict=True):
            ends = {nodes[consumer].light, nodes[given].light}
            light = Light.OFF if Light.OFF in ends else Light.FORWARD if Light.FORWARD in ends else Light.BACKWARD
            item.shine(light)
