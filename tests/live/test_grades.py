"""A judge's grade is read from whatever its reply wraps around it, and a range of grades is none."""

import pytest

from iapo_widgets.live.scoring.grades import read_grade


@pytest.mark.parametrize(
    ("reply", "grade"),
    [
        ("Score: 6 to 7", None), ("Score: 6 or 7", None), ("Score: 6-7", None), ("Score: **6** or **7**", None),
        ("Score: 3 stars out of 5", None), ("Score: 6 stars out of 10", 6.0), ('{"final_score":6}', 6.0),
        ('{"score": 6, "max_score": 10}', 6.0), ("[SCORE] 6 [/SCORE]", 6.0), ("<score>6</score>", 6.0),
        ("6 points", 6.0), ("I'd give this a 6.", 6.0), ("This deserves a 6.", 6.0), ("I give it 6 out of 10.", 6.0),
        ("Score: 6 points, as it lost 4.", 6.0), ("I would give an 11.", None), ("It has 6 errors.", None),
    ],
)  # fmt: skip
def test_grades_from_0_to_10(reply, grade):
    """The grade is read on its own scale; two grades, another scale and what is no grade are unreadable."""
    assert read_grade(reply, 0, 10) == grade


def test_a_grade_in_stars_on_its_own_scale():
    """Three stars out of five are three from 0 to 5."""
    assert read_grade("Score: 3 stars out of 5", 0, 5) == 3.0
