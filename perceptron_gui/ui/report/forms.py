"""The two forms of a report."""

from collections.abc import Iterator, Sequence

from perceptron_gui.core.exporting.watching import Watch, share, unwatched
from perceptron_gui.core.history import History
from perceptron_gui.ui.report import markup, page, paper
from perceptron_gui.ui.report.about import About
from perceptron_gui.ui.report.pictures import Picture


def html(history: History, about: About, pictures: Sequence[Picture], watch: Watch = unwatched) -> Iterator[bytes]:
    """Yield the report as one HTML file that needs no other."""
    parts = page.parts(history, about, pictures, page.embedded(pictures), watch)
    yield page.whole(about, "\n".join(parts), markup.SCREEN).encode()


def pdf(history: History, about: About, pictures: Sequence[Picture], watch: Watch = unwatched) -> Iterator[bytes]:
    """Yield the report as a PDF."""
    parts = page.parts(history, about, pictures, paper.address, share(watch, 0, 3))
    yield paper.pdf([page.whole(about, part) for part in parts], about.title, pictures, watch)
