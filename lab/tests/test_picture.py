from __future__ import annotations

from lab.measuring.picture import picture


def test_lines_go_from_the_origin_to_the_corner():
    found = picture(
        {
            "metric": "rows_fetched",
            "growth": {"on": "linear", "off": "constant"},
            "on": [{"n": n, "rows_fetched": n, "request": "GET /"} for n in (2, 50, 100)],
            "off": [{"n": n, "rows_fetched": 0, "request": "GET /"} for n in (2, 50, 100)],
        }
    )

    assert found
    assert found.metric == "rows fetched"
    assert found.before.line == "53.2,129.8 178.0,77.0 308.0,22.0"
    assert {point.y for point in found.after.points} == {132}
    assert (found.before.bar, found.after.bar) == (320, 0)


def test_a_fault_without_evidence_has_no_picture():
    assert picture(None) is None
