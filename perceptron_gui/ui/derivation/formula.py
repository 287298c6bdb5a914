"""Sets a formula: fractions, exponents and indices as boxes, and lines that break between the parts of a sum."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QFontMetricsF

from perceptron_gui.core.formula import (
    Equation,
    Expression,
    Flow,
    Fraction,
    More,
    Name,
    Number,
    Power,
    Row,
    Sum,
    Symbol,
)
from perceptron_gui.core.rounding import relations

Leaf = Name | Number
_SMALLER = 0.72
_LARGER = 1.5
_RAISED = 0.42
_LOWERED = 0.18
_BETWEEN_LINES = 0.12
_BETWEEN_EQUATIONS = 0.35
_CLOSER = 0.2
"""So much of a space is saved: many stand in a line."""
_MOST_LEFT = 0.4
"""A left side may take this part of the width; a longer one stands on a line of its own."""


@dataclass(frozen=True, slots=True)
class Glyphs:
    """A text at a place, its baseline at y."""

    position: QPointF
    text: str
    font: QFont


@dataclass(frozen=True, slots=True)
class Page:
    """What is painted, and where its numbers and symbols stand, from the top left."""

    width: float
    height: float
    glyphs: tuple[Glyphs, ...]
    rules: tuple[QRectF, ...]
    leaves: tuple[tuple[QRectF, Leaf], ...]


@dataclass(frozen=True, slots=True)
class Box:
    """Something set: its extent around the origin of its baseline, y downwards, and what is in it at (x, y)."""

    width: float = 0
    ascent: float = 0
    descent: float = 0
    inside: "tuple[tuple[float, float, Box], ...]" = ()
    text: str = ""
    font: QFont | None = None
    rule: QRectF | None = None
    leaf: Leaf | None = None

    def page(self, margin: float) -> Page:
        """Return what is in it, each at its place."""
        glyphs: list[Glyphs] = []
        rules: list[QRectF] = []
        leaves: list[tuple[QRectF, Leaf]] = []
        waiting = [(margin, margin, self)]
        while waiting:
            x, y, box = waiting.pop()
            if box.font is not None:
                glyphs.append(Glyphs(QPointF(x, y), box.text, box.font))
            if box.rule is not None:
                rules.append(box.rule.translated(x, y))
            if box.leaf is not None and box.leaf.elements:
                leaves.append((QRectF(x, y - box.ascent, box.width, box.ascent + box.descent), box.leaf))
            waiting += [(x + left, y + down, each) for left, down, each in reversed(box.inside)]
        size = self.width + 2 * margin, self.ascent + self.descent + 2 * margin
        return Page(*size, tuple(glyphs), tuple(rules), tuple(leaves))


class Typesetter:
    """Sets formulas in one font. `more` says that so many terms are not shown one by one."""

    def __init__(self, font: QFont, more: Callable[[int], str]) -> None:
        self._more = more
        self._base = font
        self._fonts: dict[tuple[float, bool], tuple[QFont, QFontMetricsF]] = {}
        self._texts: dict[tuple[str, float, bool], Box] = {}
        self._parts: dict[int, tuple[Expression, Box]] = {}
        metrics = self._font(1.0)[1]
        self._space = metrics.horizontalAdvance(" ")
        self._line = metrics.height()
        self._axis = metrics.xHeight() * 0.6

    def forget(self) -> None:
        """Drop what is kept of the equations that were set: others follow."""
        self._parts.clear()
        self._texts.clear()

    def set(self, equations: tuple[Equation, ...], width: float) -> Box:
        """Return equations below each other, its origin at the top left; their parts are kept for other widths.

        The box is wider than `width` only where a single part is.
        """
        placed: list[tuple[float, float, Box]] = []
        bottom = 0.0
        for number, equation in enumerate(equations):
            bottom += self._line * _BETWEEN_EQUATIONS if number else 0
            box = self._set(equation, width)
            placed.append((0, bottom, box))
            bottom += box.descent
        return Box(max((box.width for _, _, box in placed), default=0), 0, bottom, tuple(placed))

    def box(self, expression: Expression, scale: float = 1.0) -> Box:
        """Return an expression on one line."""
        match expression:
            case Symbol(text):
                return self._text(text, scale)
            case Name():
                return self._name(expression, scale)
            case Number():
                return replace(self._text(expression.shown, scale), leaf=expression)
            case Row(parts):
                return self._side_by_side([self.box(part, scale) for part in parts], 0)
            case Flow(parts):
                return self._side_by_side([self.box(part, scale) for part in parts], self._space * scale)
            case Fraction(over, under):
                return self._fraction(self.box(over, scale), self.box(under, scale), scale)
            case Power(base, exponent):
                return self._raised(self.box(base, scale), exponent, scale)
            case Sum(over):
                return self._sum(over, scale)
            case More():
                return self.box(self._opened(expression), scale)

    def _set(self, equation: Equation, width: float) -> Box:
        """Return an equation, its steps aligned behind the relation sign, its origin at the top left."""
        signs = relations(equation)
        left = self.box(Row((equation.left, Symbol(f" {signs[0]} "))))
        lines: list[tuple[Box, Box]] = []
        indent = left.width
        if left.width > width * _MOST_LEFT:
            indent = self.box(Symbol("= ")).width + 2 * self._space
            lines.append((left, Box()))
            left = Box()
        for number, step in enumerate(equation.steps):
            first, *others = self._lines(step, max(width - indent, 0))
            sign = self.box(Symbol(f"{signs[number]} ")) if number else left
            lines += [(sign, first), *((Box(), other) for other in others)]
        placed: list[tuple[float, float, Box]] = []
        bottom = 0.0
        for start, line in lines:
            baseline = bottom + max(start.ascent, line.ascent)
            placed += [(max(indent - start.width, 0), baseline, start), (indent, baseline, line)]
            bottom = baseline + max(start.descent, line.descent) + self._line * _BETWEEN_LINES
        right = max(x + box.width for x, _, box in placed)
        return Box(right, 0, bottom, tuple(placed))

    def _lines(self, expression: Expression, width: float) -> list[Box]:
        """Break an expression into lines of at most `width`, where it may be; a part that breaks stands alone."""
        lines: list[Box] = []
        current: list[Box] = []
        used = 0.0
        for closed in expression.parts if isinstance(expression, Flow) else (expression,):
            if id(closed) not in self._parts:
                part = self._opened(closed)
                self._parts[id(closed)] = part, self.box(part)
            part, box = self._parts[id(closed)]
            if current and used + self._space + box.width > width:
                lines.append(self._side_by_side(current, self._space))
                current, used = [], 0.0
            if box.width > width and isinstance(part, Flow):
                lines += self._lines(part, width)
                continue
            used += box.width + (self._space if current else 0)
            current.append(box)
        return [*lines, self._side_by_side(current, self._space)] if current else lines

    def _opened(self, expression: Expression) -> Expression:
        """Return what stands for further terms so that it may break between their number and their sum."""
        parts = expression.parts if isinstance(expression, Row) else (expression,)
        for place, part in enumerate(parts):
            if isinstance(part, More):
                count = Row((*parts[:place], Symbol(self._more(part.count))))
                return Flow((count, Row((Symbol("(Σ = "), part.rest.bare, Symbol(")"), *parts[place + 1 :]))))
        return expression

    def _font(self, scale: float, *, is_italic: bool = False) -> tuple[QFont, QFontMetricsF]:
        if (scale, is_italic) not in self._fonts:
            font = QFont(self._base)
            size = self._base.pointSizeF()
            if size > 0:
                font.setPointSizeF(size * scale)
            else:
                font.setPixelSize(max(round(self._base.pixelSize() * scale), 1))
            font.setItalic(is_italic)
            font.setWordSpacing(-_CLOSER * QFontMetricsF(font).horizontalAdvance(" "))
            self._fonts[scale, is_italic] = font, QFontMetricsF(font)
        return self._fonts[scale, is_italic]

    def _text(self, text: str, scale: float, *, is_italic: bool = False) -> Box:
        key = text, scale, is_italic
        if key not in self._texts:
            font, metrics = self._font(scale, is_italic=is_italic)
            width = metrics.horizontalAdvance(text)
            self._texts[key] = Box(width, metrics.ascent(), metrics.descent(), text=text, font=font)
        return self._texts[key]

    def _name(self, name: Name, scale: float) -> Box:
        base = self._text(name.text, scale, is_italic=len(name.text) == 1)
        if not name.indices:
            return replace(base, leaf=name)
        indices = self._text(",".join(map(str, name.indices)), scale * _SMALLER)
        down = base.ascent * _LOWERED + base.descent * 0.5
        width, descent = base.width + indices.width + scale, max(base.descent, down + indices.descent)
        return Box(width, base.ascent, descent, ((0, 0, base), (base.width, down, indices)), leaf=name)

    @staticmethod
    def _side_by_side(boxes: list[Box], space: float) -> Box:
        placed: list[tuple[float, float, Box]] = []
        x = 0.0
        for box in boxes:
            x += space if placed else 0
            placed.append((x, 0, box))
            x += box.width
        return Box(x, max(box.ascent for box in boxes), max(box.descent for box in boxes), tuple(placed))

    def _fraction(self, over: Box, under: Box, scale: float) -> Box:
        axis = self._axis * scale
        gap, margin = self._line * scale * 0.06, self._space * scale * 0.5
        width = max(over.width, under.width) + 2 * margin
        rule = QRectF(0, -axis, width, max(self._line * scale * 0.06, 1.0))
        up, down = -axis - gap - over.descent, -axis + rule.height() + gap + under.ascent
        placed = (((width - over.width) / 2, up, over), ((width - under.width) / 2, down, under))
        return Box(width, over.ascent - up, under.descent + down, placed, rule=rule)

    def _raised(self, base: Box, exponent: Expression, scale: float) -> Box:
        box = self.box(exponent, scale * _SMALLER)
        up = -base.ascent * _RAISED
        placed = ((0, 0, base), (base.width, up, box))
        return Box(base.width + box.width, max(base.ascent, box.ascent - up), base.descent, placed)

    def _sum(self, over: str, scale: float) -> Box:
        sign = self._text("Σ", scale * _LARGER)
        limits = self._text(over, scale * _SMALLER)
        width, down = max(sign.width, limits.width), sign.descent * 0.5 + limits.ascent * 0.8
        placed = (((width - sign.width) / 2, 0, sign), ((width - limits.width) / 2, down, limits))
        return Box(width + self._space * scale * 0.5, sign.ascent * 0.8, down + limits.descent, placed)
