"""How far a replica is behind follows from positions and the times of one clock."""

from __future__ import annotations

from apps.database.freshness import NEVER, Freshness


def fresh_until(*answers: tuple[float, int, int]) -> float:
    """The time until which a replica is fresh after these answers: when asked, the primary's and the replica's."""
    freshness = Freshness(max_lag=10)
    for asked, position, replayed in answers:
        assert freshness.note(replayed=replayed, position=position, asked=asked)
    return freshness.fresh_until()


def test_nothing_is_known_before_a_position_is_replayed():
    assert fresh_until((100.0, 500, 499)) == fresh_until((100.0, 500, 500)) == NEVER
    assert fresh_until((100.0, 500, 499), (101.0, 600, 499)) == NEVER


def test_a_replica_has_all_that_was_committed_when_its_position_was_the_current_one():
    answers = [(100.0, 500, 400), (101.0, 600, 400), (102.0, 700, 400)]

    assert fresh_until(*answers, (103.0, 800, 599)) == 110.0
    assert fresh_until(*answers, (103.0, 800, 600)) == 111.0
    assert fresh_until(*answers, (103.0, 800, 750)) == 112.0


def test_an_idle_primary_does_not_make_its_replica_old():
    assert fresh_until(*((float(second), 500, 500) for second in range(100))) == 98.0 + 10


def test_a_replica_that_receives_nothing_grows_old():
    """It has replayed all that it received, so it would itself say that it is up to date."""
    assert fresh_until(*((float(second), 500 + second, min(500 + second, 520)) for second in range(100))) == 20.0 + 10


def test_a_replica_that_has_caught_up_is_fresh_again():
    behind = [(float(second), 500 + second, min(500 + second, 520)) for second in range(60)]

    assert fresh_until(*behind, (60.0, 560, 560)) == 59.0 + 10


def test_a_replica_ahead_of_the_primary_follows_another_history():
    freshness = Freshness(max_lag=10)
    for asked in (1.0, 2.0):
        freshness.note(replayed=500, position=500, asked=asked)

    assert freshness.fresh_until() == 11.0
    assert freshness.note(replayed=500, position=499, asked=3.0) is False
    assert freshness.fresh_until() == NEVER


def test_positions_that_are_of_no_use_are_dropped():
    freshness = Freshness(max_lag=10)
    for second in range(1000):
        freshness.note(replayed=0, position=500 + second, asked=float(second))

    assert len(freshness._asked) == 11
