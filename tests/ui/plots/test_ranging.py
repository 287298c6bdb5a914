import pytest

from perceptron_gui.ui.plots.ranging import Span, fitted, followed, is_sound, whole_steps

MARGINS = (10.0, 10.0)


def test_a_fitted_view_leaves_the_margins_free() -> None:
    view = fitted(Span(0, 100), 120, MARGINS)
    assert view == Span(-10, 110)


def test_data_without_an_extent_get_some_room() -> None:
    assert fitted(Span(0, 0), 120, MARGINS).length > 1
    assert fitted(Span(1e-30, 1e-30), 120, MARGINS).length > 0
    view = fitted(Span(3, 3), 120, MARGINS)
    assert view.low < 3 < view.high


def test_margins_never_leave_nothing_for_the_data() -> None:
    view = fitted(Span(0, 1), 30, (100.0, 200.0))
    assert view.length == pytest.approx(3)
    assert view.low < 0
    assert view.high > 1


def test_the_view_stays_while_the_data_are_in_it() -> None:
    view = fitted(Span(0, 100), 120, MARGINS)
    for data in (Span(0, 100), Span(20, 90), Span(0, 34), Span(50, 50)):
        assert followed(view, data, 120, MARGINS) is view


def test_the_view_grows_by_half_where_the_data_leave() -> None:
    view = fitted(Span(0, 100), 120, MARGINS)
    assert followed(view, Span(0, 110), 120, MARGINS) == fitted(Span(0, 165), 120, MARGINS)
    assert followed(view, Span(-10, 100), 120, MARGINS) == fitted(Span(-65, 100), 120, MARGINS)
    assert followed(view, Span(0, 110), 120, MARGINS, growth=1.0) == fitted(Span(0, 110), 120, MARGINS)


def test_a_view_that_has_grown_is_not_brought_nearer_at_once() -> None:
    view = fitted(Span(0, 1), 300, MARGINS)
    changes = 0
    for last in range(2, 1000):
        after = followed(view, Span(0, last), 300, MARGINS)
        changes += after is not view
        view = after
        assert view.low <= 0
        assert view.high >= last
    assert changes < 20


def test_data_that_would_be_lost_in_the_view_are_brought_nearer() -> None:
    view = fitted(Span(0, 100), 120, MARGINS)
    assert followed(view, Span(0, 30), 120, MARGINS) == fitted(Span(0, 30), 120, MARGINS)


def test_data_without_an_extent_change_nothing() -> None:
    view = fitted(Span(-100, 0), 120, MARGINS)
    assert followed(view, Span(0, 0), 120, (10.0, 60.0)) is view


def test_data_without_an_extent_elsewhere_are_gone_to() -> None:
    view = followed(Span(0, 1), Span(5, 5), 120, MARGINS)
    assert view.low < 5 < view.high


def test_steps_are_whole() -> None:
    assert [whole_steps(span, 5) for span in (0.1, 4, 6, 11, 30, 60, 240, 10_000)] == [1, 1, 2, 5, 10, 20, 50, 2000]
    assert whole_steps(100, 0.5) == 100


def test_a_view_is_sound_while_its_ends_differ_enough() -> None:
    assert is_sound(Span(0, 1e-40))
    assert is_sound(Span(-1e30, 1e30))
    assert not is_sound(Span(1.0, 1.0 + 1e-12))
    assert not is_sound(Span(2.0, 2.0))
