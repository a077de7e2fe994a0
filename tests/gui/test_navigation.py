"""Back always works, and always undoes the last move."""

from hypothesis import given, strategies as st

from ui.navigation import (
    LONGEST,
    DocumentRoute,
    HomeRoute,
    Navigator,
    NotesRoute,
    Route,
    SettingsRoute,
    SittingRoute,
)

ROUTES = st.one_of(
    st.just(HomeRoute()),
    st.just(NotesRoute()),
    st.builds(SittingRoute, st.sampled_from("ab")),
    st.builds(DocumentRoute, st.sampled_from("xy"), page=st.integers(0, 2)),
)


@given(st.lists(ROUTES, max_size=LONGEST - 2), ROUTES)
def test_back_undoes_the_last_move(before: list[Route], last: Route) -> None:
    navigator = Navigator()
    for route in before:
        navigator.open(route)
    here = navigator.route
    navigator.open(last)
    if last != here:
        navigator.back()
    assert navigator.route == here


@given(st.lists(ROUTES, max_size=3 * LONGEST))
def test_enough_backs_always_end_at_home(moves: list[Route]) -> None:
    navigator = Navigator()
    for route in moves:
        navigator.open(route)
    for _ in range(LONGEST + 1):
        navigator.back()
    assert navigator.route == HomeRoute()
    assert not navigator.can_go_back


def test_opening_where_one_is_tells_nobody() -> None:
    navigator = Navigator()
    moves: list[Route] = []
    navigator.moved.connect(lambda: moves.append(navigator.route))
    navigator.home()
    assert not moves


def test_a_screen_that_moves_by_itself_renames_its_place() -> None:
    navigator = Navigator()
    navigator.sitting("a")
    navigator.document("x")
    navigator.here(DocumentRoute("y"))
    assert navigator.route == DocumentRoute("y")
    navigator.back()
    assert navigator.route == SittingRoute("a")


def test_rail_marks_the_main_place_on_the_way() -> None:
    navigator = Navigator()
    navigator.notes()
    navigator.document("x", note_id="n")
    assert navigator.root == NotesRoute()
    navigator.settings("storage")
    assert navigator.root == SettingsRoute("storage")


def test_forgotten_place_is_never_come_back_to() -> None:
    navigator = Navigator()
    navigator.sitting("a")
    navigator.notes()
    navigator.forget(SittingRoute("a"))
    navigator.back()
    assert navigator.route == HomeRoute()
