"""StopExplorer: its picture is what the core says of stops, and what it refuses."""

import json
import math
import threading

import numpy as np
import pytest
import traitlets as t

from cases import small_environment
from iapo_widgets import Arm, Context, load
from iapo_widgets.core.completions import Completions
from iapo_widgets.core.problem import mv_contexts
from iapo_widgets.core.replay import arm_values
from iapo_widgets.core.strategies import EarlyVote, VoteThenBest
from iapo_widgets.widgets import StopExplorer, html_fragment, save_html
from iapo_widgets.widgets.explorers.stop_values import WEIGHTS, stop_values, stopping_environment
from iapo_widgets.widgets.explorers.stop_walk import Answer, walk
from record_cases import small_record

FREE = Context("free", (1.0,), 0.0)


def task(answers=3, seed=2, **more):
    """A small task of votes, N up to 8."""
    return small_environment(seed, prompts=2, queries=5, answers=answers, n_max=8, **more)


def explorer(env=None, **traits):
    """Its values worked out."""
    made = StopExplorer(task() if env is None else env, **traits)
    made.join()
    assert made.error == ""
    return made


def line(found, panel, label):
    """A curve of the picture."""
    return next(each for each in found._scene["panels"][panel]["lines"] if each["label"] == label)


@pytest.mark.parametrize("lead", [1, 2, 3, 8])
@pytest.mark.parametrize("batch", [1, 3])
def test_the_rule_fires_where_the_core_says(lead, batch):
    """In random sequences, with answers that cast no vote, as many are paid for, and right as often, as in a replay."""
    rng = np.random.default_rng(lead + 10 * batch)
    labels = rng.integers(-1, 3, (60, 8))
    right, one = (labels == 0).astype(float)[..., None], np.zeros(len(labels), int)
    drawn = Completions(one, one, right, labels, one, np.ones(labels.shape), np.ones(labels.shape, bool))
    arm = Arm(0, 8, lead, batch)
    paid = Context("paid", (1.0,), 1.0)
    rewards, costs = (arm_values(drawn, EarlyVote(), arm, c, None)[0] for c in (FREE, paid))
    for row, reward, less in zip(labels.tolist(), rewards, rewards - costs, strict=True):
        found = walk([Answer(label, label == 0, float(label == 0), 1.0) for label in row], arm, True)
        assert found.fired == round(less)
        winners = found.winners(found.fired)
        credit = sum(found.answer_of(letter).right for letter in winners) / max(1, len(winners))
        assert credit == pytest.approx(reward)


def test_a_decided_vote_stays_as_it_is():
    """From the place that is marked as decided on, the leader is the winner of all, whatever the rule says."""
    rng = np.random.default_rng(4)
    for row in rng.integers(0, 3, (100, 9)).tolist():
        found = walk([Answer(label, label == 0, 0.0, 1.0) for label in row], Arm(0, 9, 4, 1), True)
        if found.decided is not None:
            assert found.winners(found.decided) == found.winners(9)
            assert found.fired <= found.decided


def test_best_of_n_stops_at_the_first_that_reaches():
    """One at a time it asks up to the first utility that reaches the quantile, else up to the end of its batch."""
    utilities = [0.2, 0.5, 0.1, 0.9, 0.95]
    answers = [Answer(-1, False, u, 1.0) for u in utilities]
    assert [walk(answers, Arm(0, 5, 0.9, b), False).fired for b in (1, 3, 5)] == [4, 5, 5]
    assert walk(answers, Arm(0, 5, 0.5, 1), False).fired == 2
    assert walk(answers, Arm(0, 5, 0.99, 1), False).why == "the cap"


@pytest.mark.parametrize(("answers", "seed"), [(3, 1), (5, 3)])
def test_gains_are_differences_of_exact_q(answers, seed):
    """At each cost weight: Q of the best arm, chosen by draws of its own, less that of the best that never stops."""
    env = task(answers, seed)
    found = explorer(env, prompt=1, batch=2)
    whole = env.with_(
        strategy=EarlyVote((1, 2, 3, 4), (2,)), contexts=[Context(f"{w}", (1.0,), float(w)) for w in WEIGHTS]
    )
    q, chosen, error = (a[:, 1] for a in (whole.exact_q(), whole.exact_q(chosen=True), whole.exact_q_error()))
    gains, errors = [], []
    for c in range(len(WEIGHTS)):
        place = (c, *np.unravel_index(chosen[c].argmax(), chosen[c].shape))
        gains.append(q[place] - q[c, :, 0].max())
        errors.append(error[place])
    shown = line(found, 2, "best arm that may stop")
    assert shown["y"] == pytest.approx(gains, abs=2e-5)
    assert (np.array(shown["error"] or [0.0]).max() > 0) == (answers > 3)
    assert np.max(errors) == pytest.approx(np.max(shown["error"] or 0.0), rel=1e-3)
    found.cost_weight = float(WEIGHTS[np.argmax(gains)])
    assert max(gains) > 0.001 and f"Q gains {max(gains):.4f}" in found.summary
    assert ("(exact)" in found.summary) == (answers == 3) and ("(standard error" in found.summary) == (answers > 3)


def test_the_rule_at_the_left_is_an_arm_of_the_right():
    """Its gain, its answers and its cost are those of exact Q at its cap, lead and batch."""
    env = task(call_cost=0.01)
    found = explorer(env, prompt=0, cap=6, lead=3, batch=2, cost_weight=1.0)
    fixed = env.with_(contexts=[FREE, Context("paid", (1.0,), 1.0)]).exact_q()[:, 0]
    early = env.with_(contexts=[FREE, Context("paid", (1.0,), 1.0)], strategy=EarlyVote((3,), (2,))).exact_q()[:, 0]
    name, drawn, reward, cost, q = found._scene["rows"][2]
    assert name == "this rule" and 2 <= float(drawn) <= 6
    assert float(reward) == pytest.approx(early[0, 5, 1], abs=6e-4)
    assert float(q) == pytest.approx(early[1, 5, 1], abs=1e-4)
    assert float(cost) == pytest.approx(early[0, 5, 1] - early[1, 5, 1], rel=6e-3)
    assert found.values().gain(1.0, found.place()) == pytest.approx(early[1, 5, 1] - fixed[1].max(), abs=1e-6)


def test_answers_drawn_are_those_of_a_simulation():
    """The mean number asked by the rule is that of many walks over answers drawn at random."""
    env = task()
    values = stop_values(*stopping_environment(env, 1, (1.0,), 1, 8))
    rng = np.random.default_rng(7)
    asked = []
    for x in range(env.n_queries):
        labels = env.sample([1] * 400, [x] * 400, 8, rng).answers.tolist()
        asked += [walk([Answer(k, False, 0.0, 0.0) for k in row], Arm(1, 8, 2, 1), True).fired for row in labels]
    error = np.std(asked) / math.sqrt(len(asked))
    assert values.drawn[7, 2] == pytest.approx(np.mean(asked), abs=4 * error)


def test_best_of_n_shows_reach_and_values():
    """A task of best-of-N has levels in place of leads; the best arms that stop are worth no less than fixed ones."""
    found = explorer(load("helpful-harmless"), cost_weight=2.0)
    assert [c.name for c in found.controls()][2] == "level" and not found.votes
    assert min(line(found, 2, "best arm that may stop")["y"]) >= -1e-9
    assert "quantile" in found._scene["panels"][1]["title"]
    found.level = 0.5
    assert found.walk().fired <= 16 and "(exact)" in found.summary


def test_it_opens_where_a_stop_teaches():
    """Of the real answers: not all alike, the rule fires early, is right, and all would say the same."""
    found = StopExplorer()
    mine = found.walk()
    assert 2 < mine.fired <= 8 and mine.same() and len(mine.counted(mine.fired)) > 1
    assert mine.answer_of(mine.winners(mine.fired)[0]).right
    assert "All 16 would say the same" in found.summary and "Raise the lead to" in found.summary
    assert len(html_fragment(found)) > 0 and "Over all questions" in found.summary


def test_answers_arrive_one_by_one():
    """Before the rule fires nothing later is shown; at its place the rest is pale, and the reading says so."""
    found = explorer(small_record(), prompt=0, question=0, lead=1, batch=1)
    fired = found.walk().fired
    found.step = found.cap
    cells = found._scene["panels"][0]["cells"]
    assert [s < 0.5 for s in cells["shades"][0]] == [k >= fired for k in range(found.cap)]
    assert min(cells["codes"][0]) >= 0 and found.readings()["step"] == f"{fired}, then none"
    found.step, found.lead = 1, found.top
    if found.walk().fired > 1:
        assert found._scene["panels"][0]["cells"]["codes"][0][1:] == [-1] * (found.cap - 1)
        assert "the rule goes on" in found.summary


def test_play_lets_answers_arrive(monkeypatch):
    """From one answer on each tick brings one, until all are there."""
    found = explorer()
    found.press("play")
    seen = [found.step]
    while found._awaits:
        found._handle_custom_msg({"tick": found._awaits[0]}, [])
        seen.append(found.step)
    assert seen == list(range(1, found.cap + 1))


def test_the_bill_counts_requests():
    """What was paid is the completions that were asked and a request a batch; all at once is one request."""
    env = small_record()
    found = explorer(env, prompt=0, question=0, lead=1, batch=1)
    mine = found.walk()
    own = [a.cost for a in mine.answers]
    call = float(env.query_call_cost[0, 0])
    assert found._bill(mine, mine.sizes) == pytest.approx(sum(own[: mine.fired]) + len(mine.sizes) * call)
    assert found._bill(mine, [len(own)]) == pytest.approx(sum(own) + call)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("lead", 0, "lead must lie between 1 and 4"),
        ("lead", 5, "lead must lie between 1 and 4"),
        ("cap", 0, "cap must lie between 1 and 8"),
        ("cap", 9, "cap must lie between 1 and 8"),
        ("batch", 0, "batch must lie between 1 and 8"),
        ("batch", 9, "the cap"),
        ("step", 9, "the cap"),
        ("prompt", 2, "the prompts"),
        ("question", -1, "the questions"),
        ("seed", -1, "seeds"),
        ("cost_weight", 2.5, "between 0 and 2"),
        ("context", "nobody", "known: low"),
        ("level", 0.3, "level"),
        ("measure", "time", "measure"),
    ],
)
def test_bad_values_are_refused(name, value, said):
    """A trait keeps its value, and the error says what would be right."""
    found = explorer()
    before = getattr(found, name)
    with pytest.raises(t.TraitError, match=said):
        setattr(found, name, value)
    assert getattr(found, name) == before
    with pytest.raises(t.TraitError, match=said):
        StopExplorer(task(), **{name: value})


def test_a_lower_cap_takes_batch_and_step_along():
    """What is above the new cap comes down to it."""
    found = explorer(batch=6, step=8)
    found.cap = 4
    assert (found.batch, found.step) == (4, 4) and found.error == ""


def test_tasks_without_stops_or_chances_are_refused():
    """A strategy without arms that stop, and an environment that knows no chances, with a word on what would do."""
    two = load("helpful-harmless").with_(strategy="best-of-n")
    with pytest.raises(ValueError, match="no arms that stop early"):
        StopExplorer(small_record().with_(strategy=VoteThenBest()))
    with pytest.raises(ValueError, match="no known probabilities"):
        StopExplorer(object())
    assert not StopExplorer(two).votes


def test_a_page_leaves_the_answers_words_out(tmp_path):
    """With ``texts=False`` no answer's words are in it, and it says so; the widget is as before."""
    env = small_record()
    found = explorer(env, prompt=0, question=0)
    whole = found.get_state()
    told = save_html(tmp_path / "bare.html", found, texts=False)
    page = (tmp_path / "bare.html").read_text("utf-8")
    texts = {c.text for c in env.completions(0, 0)}
    assert "without their words" in told and found.get_state() == whole
    assert not [text for text in texts if text in page]
    kept = html_fragment(found)
    assert any(text in kept for text in texts)


def test_a_line_of_python_makes_it_again():
    """``link()`` names every trait, and what it gives shows the same."""
    found = explorer(task(contexts=mv_contexts()), lead=3, batch=2, cost_weight=0.5)
    again = eval(found.link(), {"StopExplorer": StopExplorer, "env": found.env})
    again.join()
    assert repr(again) == repr(found) and again.summary == found.summary


def test_values_come_by_a_tick_where_there_are_no_threads(monkeypatch):
    """The answers are shown at once, the values after the tick that is awaited; then none is."""

    def start(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    found = StopExplorer(task())
    assert found.values() is None and "being worked out" in found.summary and "After " in found.summary
    found._handle_custom_msg({"tick": found._awaits[0]}, [])
    assert found.values() is not None and "Over all questions" in found.summary and found._awaits == []


def test_another_prompt_brings_its_own_values():
    """A change of prompt or batch shows no values of another; those that were worked out once are there at once."""
    found = explorer(prompt=0, batch=1)
    first = found.values()
    found.prompt = 1
    found.join()
    assert found.values() is not first and not np.array_equal(found.values().reward, first.reward)
    found.prompt = 0
    assert found.values() is first and "being worked out" not in found.summary


def test_an_update_is_small():
    """What a move sends to the browser stays below 20 kB."""
    found = explorer(load("real-words"), prompt=1, question=47)
    found.lead = 3
    assert len(json.dumps(found._scene).encode()) < 20_000


def test_it_says_where_it_looks_at_fewer_answers_than_there_are():
    """The best fixed N is sought up to 16, which is told where the task goes further, and only there."""
    env = load("math")
    assert "N goes to 16 here, of the task's 32" in StopExplorer(env)._scene["note"]
    assert "N goes to" not in StopExplorer(env.with_(n_max=8))._scene["note"]
