"""The three answers that ContextSliders ranks: whose they are, how they are ranked, and what would change it."""

import re

import numpy as np
import pytest

from cases import small_environment
from iapo_widgets import Context, load
from iapo_widgets.widgets import ContextSliders, save_html
from iapo_widgets.widgets.explorers.ranking import Ranking
from iapo_widgets.widgets.explorers.three_answers import Answer, three_answers


@pytest.fixture(scope="module")
def sentences():
    """Recorded sentences, scored for coverage and brevity."""
    return load("real-sentences")


def rows(sliders):
    """The table as dicts, from the first place to the last."""
    scene = sliders._scene
    return [dict(zip(scene["head"], row, strict=True)) for row in scene["rows"]]


def test_recorded_answers_are_answers_to_one_question(sentences):
    """Each text was said to that question under the prompt that is named, with these scores and this cost."""
    question, answers = three_answers(sentences)
    assert len({answer.text for answer in answers}) == 3
    for answer in answers:
        said = {" ".join(c.text.split()): c for c in sentences.completions(answer.prompt, question)}
        found = said[answer.text]
        assert answer.scores == found.score and found.finish_reason != "length"
        paid = sentences.query_call_cost[answer.prompt, question] + found.tokens * sentences.token_cost
        assert answer.cost == pytest.approx(paid)
    assert sentences.questions[question].text in ContextSliders(sentences)._scene["lead"]


def test_outcomes_of_a_simulated_task_are_its_own_and_said_to_be_simulated():
    """Where there are no texts, each answer is an outcome of that prompt and question; the note says simulated."""
    env = load("helpful-harmless").split(0.1, 0)[0]
    question, answers = three_answers(env)
    for answer in answers:
        possible = env.values[answer.prompt, question][env.probs[answer.prompt, question] > 0]
        assert answer.text is None and list(answer.scores) in possible.tolist()
    scene = ContextSliders(env)._scene
    assert "what it says" not in scene["head"] and scene["note"].startswith("Simulated:")


@pytest.mark.parametrize("name", ["real-sentences", "helpful-harmless", "summarization", "synth-categorical"])
def test_users_of_two_objectives_disagree_about_them(name):
    """Among the users of the task each of the three answers is somebody's best."""
    env = load(name)
    _, answers = three_answers(env)
    users = [*env.contexts, Context("one", (1.0, 0.0), 2.0), Context("other", (0.0, 1.0), 2.0)]
    best = {int(np.argmax([sum(a.parts(c.weights, c.cost_weight)) for a in answers])) for c in users}
    assert best == {0, 1, 2}


def test_an_environment_without_answers_shows_the_weights_alone():
    """What knows neither texts nor outcomes is asked for nothing."""

    class Bare:
        contexts, objectives, prompts, n_queries = small_environment(0).contexts, ("correct",), (), 4

        def sample(self, *_):
            raise AssertionError("nothing may be asked")

    sliders = ContextSliders(Bare())
    assert len(sliders._scene["panels"]) == 1 and sliders.summary == "This user cares 100% for correct; cost is free."


def test_worth_is_weights_times_scores_less_weighted_cost(sentences):
    """The table's worth is the user's utility of each answer, largest first, and bars end where the numbers do."""
    sliders = ContextSliders(sentences, keep_sum=False, weights=[0.4, 0.3], cost_weight=1.5)
    found = rows(sliders)
    worth = [float(row["worth, points"]) for row in found]
    assert worth == sorted(worth, reverse=True)
    for row in found:
        scores = float(row["coverage, points"]), float(row["brevity, points"])
        utility = 0.4 * scores[0] + 0.3 * scores[1] - 1.5 * float(row["cost, kilotokens"])
        assert float(row["worth, points"]) == pytest.approx(utility, abs=0.01)
    panel = sliders._scene["panels"][1]
    totals = [bar for bar in panel["bars"] if bar["label"] == "worth in all"]
    assert [bar["note"] for bar in totals] == [row["worth, points"] for row in found]
    assert [bar["open"] for bar in totals] == [False, True, True]
    for place, total in enumerate(totals):
        parts = [bar for bar in panel["bars"] if abs(bar["y"] - place) < 0.3 and bar is not total]
        assert sum(bar["end"] - bar["start"] for bar in parts) == pytest.approx(total["end"], abs=1e-3)
        assert parts[0]["start"] == 0 and parts[1]["start"] == pytest.approx(parts[0]["end"], abs=1e-4)


@pytest.mark.parametrize("user", [(0.9, 0.0), (0.1, 0.0), (0.5, 2.0), (0.7, 1.0)])
def test_the_caption_names_the_nearest_weight_that_changes_the_winner(sentences, user):
    """Set to it, the answer that is named wins; a step short of it the old one still does."""
    share, cost = user
    sliders = ContextSliders(sentences, weights=[share, 1 - share], cost_weight=cost)
    pattern = r"(Raise|Lower) the weight of (\w+) to ([\d.]+) and ([ABC]) overtakes ([ABC])\."
    way, name, to, new, old = re.fullmatch(pattern, sliders._scene["change"]).groups()
    assert rows(sliders)[0]["answer"] == old
    step = 0.05 if way == "Lower" else -0.05
    for value, winner in ((float(to) + step, old), (float(to), new)):
        if name == "cost":
            sliders.set_state({"cost_weight": value})
        else:
            k = sentences.objectives.index(name)
            sliders.set_state({"weights": [value, 1 - value] if k == 0 else [1 - value, value]})
        assert rows(sliders)[0]["answer"] == winner


def test_why_one_wins_is_the_difference_of_parts():
    """Gains and losses against the second are told part by part; equal answers are called equal."""
    answers = [Answer(0, (1.0, 0.2), 0.1), Answer(1, (0.4, 0.6), 0.3), Answer(2, (0.0, 0.0), 0.0)]
    said = Ranking(answers, ("true", "short"), (0.5, 0.5), 1.0).why()
    assert said == (
        "Answer A wins, worth 0.500: against B, second by 0.300, it gains by true (0.300) and cost (0.200), "
        "more than it loses by short (0.200)."
    )
    same = Ranking([answers[0], answers[0]], ("true", "short"), (1.0, 0.0), 0.0).why()
    assert same == "Answers A and B are worth the same, 1.000."


def test_no_gain_is_told_that_rounds_to_nothing():
    """What is below half of the last digit is no reason; where every part is, each gave a little."""
    near = [Answer(0, (1.0, 0.5), 0.1), Answer(1, (0.5, 0.5), 0.1004), Answer(2, (0.0, 0.0), 0.0)]
    said = Ranking(near, ("true", "short"), (0.5, 0.5), 1.0).why()
    assert said.endswith("second by 0.250, it gains by true (0.250) and loses nothing.")
    tied = [Answer(0, (0.5, 0.5), 0.1), Answer(1, (0.5, 0.5), 0.1004)]
    assert "are worth the same" in Ranking(tied, ("true", "short"), (0.5, 0.5), 1.0).why()
    little = [Answer(0, (0.5008, 0.5008), 0.1), Answer(1, (0.5, 0.5), 0.1004)]
    assert "second by 0.001, it gains by a little of each and loses nothing" in (
        Ranking(little, ("true", "short"), (0.5, 0.5), 1.0).why()
    )


def test_a_page_can_leave_the_words_out(sentences, tmp_path):
    """What they said is then in none of its pictures, each time the slider is moved, and the widget keeps them."""
    sliders = ContextSliders(sentences)
    texts = [row["what it says"] for row in rows(sliders)]
    told = save_html(tmp_path / "bare.html", sliders, texts=False)
    page = (tmp_path / "bare.html").read_text("utf-8")
    assert not any(text in page for text in texts) and page.count("its words were left out") > 3
    assert "1 question and 3 answers without their words" in told
    assert [row["what it says"] for row in rows(sliders)] == texts
    assert "1 question and the words of 3 answers" in save_html(tmp_path / "full.html", sliders)
    assert all(text in (tmp_path / "full.html").read_text("utf-8") for text in texts)
