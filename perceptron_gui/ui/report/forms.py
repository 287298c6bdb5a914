"""The two forms of a report."""

from collections.abc import Iterator, Sequence

from perceptron_gui.core.exporting.watching import Watch, unwatched
from perceptron_gui.core.history import History
from perceptron_gui.ui.report import markup, page, paper
from perceptron_gui.ui.report.about import About
from perceptron_gui.ui.report.pictures import Picture


def html(history: History, about: About, pictures: Sequence[Picture], watch: Watch = unwatched) -> Iterator[bytes]:
    """Yield the report as one HTML file that needs no other."""
    yield page.page(history, about, pictures, page.embedded(pictures), style=markup.SCREEN, watch=watch).encode()


def pdf(history: History, about: About, pictures: Sequence[Picture], watch: Watch = unwatched) -> Iterator[bytes]:
    """Yield the report as a PDF."""
    whole = page.page(history, about, pictures, paper.address, watch=watch)
    yield paper.pdf(whole, about.title, pictures, watch)
