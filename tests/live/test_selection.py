"""What is picked at deployment is what the strategies of the core are rewarded for."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iapo_widgets import STRATEGIES, BestOfN, Completions, Context, MajorityVote, SelectedBest, VoteThenBest
from iapo_widgets.live.problem import Question
from iapo_widgets.live.scoring.judge import Judge
from iapo_widgets.live.scoring.scorer import Score
from iapo_widgets.live.scoring.scorers import Brevity, ExactMatch, FunctionScorer
from iapo_widgets.live.scoring.selection import Selection

LIKED = FunctionScorer(lambda q, t: 0.0, name="liked", floor=-1.0)
COMPLETION = st.tuples(st.sampled_from(["a", "b", None]), st.none() | st.integers(0, 3))


@given(
    drawn=st.lists(COMPLETION, min_size=1, max_size=4),
    name=st.sampled_from(sorted(STRATEGIES)),
    gold=st.sampled_from("ab"),
)
def test_the_pick_is_worth_what_the_core_says(drawn, name, gold):
    """Over all orders of arrival the mean reward of the pick is the core's, with ties and unreadable ones."""
    strategy = SelectedBest(1) if name == "selected-best" else STRATEGIES[name]
    context = Context("c", (0.0, 0.25) if name in ("best-of-n", "early-best") else (1.0, 0.25))
    style = [-1.0 if v is None else float(v) for _, v in drawn]
    right = [float(a == gold) for a, _ in drawn]
    labels = np.array([[{"a": 0, "b": 1, None: -1}[a] for a, _ in drawn]])
    values, one = np.stack([right, style], axis=-1)[None], np.zeros(1, int)
    arrived, truth = np.ones(labels.shape, bool), np.array([{"a": 0, "b": 1}[gold]])
    done = Completions(one, one, values, labels, truth, np.zeros(labels.shape), arrived)
    expected = strategy.rewards(done, np.array([0]), np.array([len(drawn)]), np.array([context.weights]))[0, 0, 0]
    vote = ExactMatch()
    selection, rewards = Selection(strategy, context, [vote, LIKED]), []
    for order in permutations(range(len(drawn))):
        told = [{vote: Score(None, drawn[i][0]), LIKED: Score(drawn[i][1])} for i in order]
        picked = selection.pick([[each[s] for s in selection.scorers] for each in told])
        i = order[picked.index]
        known = {"best-of-n": 0.0, "early-best": 0.0, "selected-best": right[i]}
        credit = known.get(name, float(picked.answer == gold))
        rewards.append(credit + (0.0 if name in ("majority-vote", "early-vote") else 0.25 * style[i]))
        assert picked.answer is None or drawn[i][0] == picked.answer
        assert sum(picked.votes.values()) == sum(a is not None for a, _ in drawn) * ("vote" in name)
    assert np.mean(rewards) == pytest.approx(expected)


def test_best_of_n_without_a_selection_score_is_refused():
    """Where the weighted objective needs the right answer, deploying is refused and says what to give."""
    by_truth = [ExactMatch(), Brevity()]
    for strategy, weights in ((BestOfN(), (1.0, 0.0)), (BestOfN(), (0.5, 0.5)), (VoteThenBest(1), (0.5, 0.5))):
        with pytest.raises(ValueError, match=r"'correct', which needs the right answer.*give select="):
            Selection(strategy, Context("c", weights), by_truth)
    with pytest.raises(ValueError, match="'mine', which needs the right answer"):
        Selection(BestOfN(), Context("c", (1.0,)), [Brevity()], FunctionScorer(len, name="mine", needs_gold=True))


def test_the_selection_score_may_differ_from_the_evaluation_score():
    """With select the best is chosen by it; objectives that cannot matter are not asked."""
    prefers = FunctionScorer(lambda q, t: float(len(t)), name="longest")
    selection = Selection(BestOfN(), Context("c", (1.0, 0.0)), [ExactMatch(), Brevity()], prefers)
    assert selection.scorers == [prefers]
    assert selection.pick([[prefers.score(Question("q"), t)] for t in ("a", "abc", "ab")]).index == 1
    vote = ExactMatch()
    assert prefers not in Selection(MajorityVote(), Context("c", (1.0, 1.0)), [vote, Brevity()], prefers).scorers
    mixed = Selection(VoteThenBest(0), Context("c", (1.0, 1.0)), [vote, Brevity()])
    rows = [[Score(None, a), Score(s), Score(s)] for a, s in (("7", 0.1), ("8", 0.9), (None, 1.0), ("7", 0.3))]
    picked = mixed.pick(rows)
    assert (picked.index, picked.answer, picked.votes, picked.unreadable) == (3, "7", {"7": 2, "8": 1}, 1)


def test_selection_is_refused_where_it_cannot_be_made():
    """No completions, scorers that do not fit the context, and a strategy of one's own are named."""
    with pytest.raises(ValueError, match="no completion"):
        Selection(BestOfN(), Context("c", (1.0,)), [Brevity()]).pick([])
    judge = Judge(endpoint=None)
    with pytest.raises(ValueError, match="no scorer to vote by"):
        Selection(MajorityVote(), Context("c", (1.0,)), [judge])
    with pytest.raises(ValueError, match="weighs 2 objectives; there are 1"):
        Selection(BestOfN(), Context("c", (1.0, 1.0)), [Brevity()])

    class Odd:
        """Not one of ours."""

        name = "odd"

    with pytest.raises(ValueError, match="'odd' cannot be deployed"):
        Selection(Odd(), Context("c", (1.0,)), [Brevity()])
