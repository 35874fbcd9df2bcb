"""The capstone's report: what it says, and which parts and numbers its check finds missing or wrong."""

import datetime
import re

import pytest

from course.report_cases import OWN, changed, checked, drawn, verdict_of, with_data
from iapo_widgets import load, train
from iapo_widgets.cli import main
from iapo_widgets.course.capstone import CapstoneReport, capstone_report, check_report
from iapo_widgets.course.capstone.facts import NoFacts, digest, read, written
from iapo_widgets.course.capstone.page import DATA
from iapo_widgets.course.capstone.soundness import LIMITS, PARTS, WHY


def test_a_whole_report_passes(facts, tmp_path):
    """Saved, its page has all parts; it is one file that loads nothing."""
    path = CapstoneReport(facts).save(tmp_path / "capstone.html")
    verdict = check_report(path)
    assert verdict.right and f"All {len(PARTS)} parts" in verdict.message
    text = path.read_text("utf-8")
    assert text.count("<script") == 1 and f'<script type="application/json" id="{DATA}"' in text
    assert not re.search(r"(?:src|href)=\"(?!#)", text) and "<script" not in text.replace(
        f'<script type="application/json" id="{DATA}"', ""
    )
    assert "@page { size: A4" in text and "color-scheme: light dark" in text and len(text) < 100_000


def test_a_report_shows_itself_without_its_data(facts):
    """In a notebook the same parts are seen, and the JSON stays in the file."""
    shown = CapstoneReport(facts)._repr_html_()
    assert all(f'<section id="{part}">' in shown for part in PARTS) and DATA not in shown
    assert repr(CapstoneReport(facts)) == f"CapstoneReport({facts['title']!r}, 3 users, 40 held-out questions)"


@pytest.mark.parametrize("part", PARTS)
def test_each_part_that_is_missing_is_named(whole, tmp_path, part):
    """A page without one section names that part, and no other."""
    text = re.sub(rf'<section id="{part}">.*?</section>', "", whole, flags=re.S)
    verdict = checked(text, tmp_path)
    assert verdict.state == "wrong" and verdict.message == f"{PARTS[part]}: it is not there."


WRONG = {
    "no source": ("task", {"source": " "}, "no source"),
    "one prompt": ("prompts", {"prompts": ["0: a"]}, ""),
    "bare prompts": ("prompts", {"prompts": [f"prompt {i}" for i in range(10)]}, "prompt 0 has no words"),
    "no training": ("split", {"training": []}, "no question to train on"),
    "over budget": ("budget", {"budget": 10}, "of a budget of 10"),
    "over the cap": ("budget", {"cap": 4_000}, "the cap is 4,000"),
    "judged by draws": ("budget", {"exact": False, "judging": 5_000}, "the cap is 6,000"),
    "exact and drawn": ("budget", {"judging": 3}, "exact values need no completions"),
    "nothing spent": ("budget", {"spent": 0}, "at least 1"),
    "no limits": ("limits", {"limits": ""}, "not written yet"),
    "template": ("limits", {"limits": f" {LIMITS} "}, "not written yet"),
    "short": ("limits", {"limits": "It is small."}, "8 words"),
    "no date": ("date", {"date": "yesterday"}, "no date"),
    "to come": ("date", {"date": str(datetime.date.today() + datetime.timedelta(days=3))}, "still to come"),
    "no user": ("policy", {"users": []}, "no user"),
}


@pytest.mark.parametrize("case", WRONG)
def test_each_part_that_is_wrong_is_named(facts, whole, tmp_path, case):
    """What cannot be, or says nothing, is named with its part and what is wrong."""
    part, changes, words = WRONG[case]
    if case == "one prompt":  # the arms name others
        part = "policy"
    verdict = checked(with_data(whole, changed(drawn(facts), **changes)), tmp_path)
    assert not verdict.right and f"{PARTS[part]}: " in verdict.message and words in verdict.message


@pytest.mark.parametrize("words", ["", WHY, "too short", "Here in your own words:"])
def test_a_failure_is_explained_in_own_words(facts, tmp_path, words):
    """Nothing, the template and a few words are refused; where only words are left to write it is the turn."""
    verdict = verdict_of(changed(facts, failure={**facts["failure"], "words": words}), tmp_path)
    assert f"{PARTS['failure']}: " in verdict.message
    assert verdict.state == ("open" if words in ("", WHY) else "wrong")


def test_the_same_words_do_not_serve_twice(facts, tmp_path):
    """Limits that repeat the explanation are none."""
    both = changed(facts, limits=OWN, failure={**facts["failure"], "words": OWN})
    assert "says the same" in verdict_of(both, tmp_path).message


def test_questions_in_both_parts_are_counted(facts, tmp_path):
    """Held-out questions must be none of the training part, stand there once, and be ten at least."""
    mine = drawn(facts)
    leaked = changed(mine, training=[*mine["training"], *mine["held_out"][:2]])
    assert "2 questions are in both parts" in verdict_of(leaked, tmp_path).message
    twice = changed(mine, held_out=[mine["held_out"][0], *mine["held_out"][:-1]])
    assert "stands there twice" in verdict_of(twice, tmp_path).message
    users = [{**u, "values": {k: v[:5] for k, v in u["values"].items()}} for u in mine["users"]]
    assert "too few" in verdict_of(changed(mine, held_out=mine["held_out"][:5], users=users), tmp_path).message


def test_a_number_that_was_improved_in_the_page_is_caught(whole, tmp_path):
    """Each number that a reader sees is worked out anew from the data in the page."""
    text = whole
    visible = text[text.index("<main") : text.index("<svg")] + text[text.index("</svg>") : text.index("</main>")]
    numbers = sorted(set(re.findall(r"\d\.\d{3}", visible)))
    assert len(numbers) > 20
    seen, data = text.split("<script", 1)
    for number in numbers[::6]:
        verdict = checked(f"{seen.replace(number, '0.999')}<script{data}", tmp_path)
        assert verdict.state == "wrong" and "by its data it should be" in verdict.message, number


def test_values_that_were_improved_in_the_data_are_caught_where_the_task_is_recorded(facts, tmp_path):
    """The recorded answers are asked again; of a task of one's own nobody can."""
    better = changed(facts)
    better["users"][0]["values"]["policy"][3] += 0.01
    verdict = verdict_of(better, tmp_path)
    assert verdict.state == "wrong" and "held-out question 3 has the value" in verdict.message
    assert verdict_of(drawn(better), tmp_path).right
    other = changed(facts, prompts=[*facts["prompts"][:-1], "9: Another one."])
    assert "not those of real-words" in verdict_of(other, tmp_path).message
    strange = changed(facts, training=[*facts["training"][:-1], digest("Who are you?")])
    assert "questions that real-words has not" in verdict_of(strange, tmp_path).message
    assert "cannot be asked" in verdict_of(changed(facts, strategy="by chance"), tmp_path).message


def test_names_of_prompts_as_they_were_written_before_are_known(facts, tmp_path):
    """A page that says "T=0.8" where it is "temperature 0.8" now stays right; another temperature is caught."""
    before = [name.replace("\u00b7 temperature ", "\u00b7 T=") for name in facts["prompts"]]
    assert before != facts["prompts"] and verdict_of(changed(facts, prompts=before), tmp_path).right
    other = changed(facts, prompts=[before[0].replace("0.8", "0.7"), *before[1:]])
    assert "not those of real-words" in verdict_of(other, tmp_path).message


def test_stale_data_under_a_new_page_are_caught(facts, whole, tmp_path):
    """Data of one training under the page of another do not fit."""
    verdict = checked(with_data(whole, changed(facts, spent=facts["spent"] - 1)), tmp_path)
    assert verdict.state == "wrong" and PARTS["budget"] in verdict.message


def test_parts_that_do_not_fit_are_refused():
    """Other prompts, other users, a failure outside of the questions, and a task without words are named."""
    training, held_out = load("real-words").split(0.7, seed=1)
    result = train("psst", training, 2_000, seed=0)
    more = dict(title="T", source="S", budget=2_000, cap=2_000, failure=(0, 0), why="", limits="", algorithm="psst")
    for args, kwargs, words in (
        ((training, load("real-sums"), result), {}, "split one task"),
        ((load("math"), held_out, result), {}, "questions and answers in words"),
        ((training, held_out, result), {"failure": (0, 99)}, "failure is a prompt"),
        ((training, held_out, result), {"plain": 10}, "plain is the number"),
        ((training, held_out, result), {"budget": 0}, "budget"),
    ):
        with pytest.raises(ValueError, match=words):
            capstone_report(*args, **{**more, **kwargs})


def test_other_forms_are_refused(facts):
    """A page ends in .html, and a later form of its data is not read as this one."""
    with pytest.raises(ValueError, match=r"ends in \.html"):
        CapstoneReport(facts).save("report.pdf")
    with pytest.raises(NoFacts, match="has the form"):
        read(written(changed(facts, form="iapo-capstone-2")))


def test_a_command_checks_the_reports_of_a_class(facts, tmp_path, capsys):
    """A line a page; the exit code says whether all are whole."""
    good = CapstoneReport(facts).save(tmp_path / "good.html")
    other = CapstoneReport({**facts, "limits": ""}).save(tmp_path / "other.html")
    assert main(["check-report", str(good)]) == 0
    assert f"{good}: ✔ Right." in capsys.readouterr().out
    assert main(["check-report", str(good), str(other), str(tmp_path / "none.html")]) == 2
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 3 and "Limits: your own words are not written yet." in said.out
    assert "There is no file" in said.out and "not every report is whole" in said.err
