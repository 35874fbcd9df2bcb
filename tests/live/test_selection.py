"""What is picked at deployment is what the strategies of the core are rewarded for."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iapo_widgets import STRATEGIES, BestOfN, Completions, Context, MajorityVote, VoteThenBest
from iapo_widgets.live.problem import Question
from iapo_widgets.live.scorers import Brevity, ExactMatch, FunctionScorer
from iapo_widgets.live.scoring import Score
from iapo_widgets.live.selection import Selection

LIKED = FunctionScorer(lambda q, t: 0.0, name="liked", floor=-1.0)
COMPLETION = st.tuples(st.sampled_from(["a", "b", None]), st.none() | st.integers(0, 3))


@given(
    drawn=st.lists(COMPLETION, min_size=1, max_size=4),
    name=st.sampled_from(sorted(STRATEGIES)),
    gold=st.sampled_from("ab"),
)
def test_the_pick_is_worth_what_the_core_says(drawn, name, gold):
    """Over all orders of arrival the mean reward of the pick is the core's, with ties and unreadable ones."""
    strategy, context = STRATEGIES[name], Context("both", (1.0, 0.25))
    style = [-1.0 if v is None else float(v) for _, v in drawn]
    right = [float(a == gold) for a, _ in drawn]
    labels = np.array([[{"a": 0, "b": 1, None: -1}[a] for a, _ in drawn]])
    shape = labels.shape
    objectives = np.stack([right, style], axis=-1)[None]
    done = Completions(np.zeros(1, int), np.zeros(1, int), objectives, labels, np.array([{"a": 0, "b": 1}[gold]]),
                       np.zeros(shape), np.ones(shape, bool))  # fmt: skip
    weights = np.array([[0.0, 0.25] if name == "best-of-n" else context.weights])
    expected = strategy.rewards(done, np.array([0]), np.array([len(drawn)]), weights)[0, 0, 0]
    scorers = [FunctionScorer(lambda q, t: 0.0, name="free") if name == "best-of-n" else ExactMatch(), LIKED]
    if name == "best-of-n":
        context = Context("style", (0.0, 0.25))
    selection, rewards = Selection(strategy, context, scorers), []
    for order in permutations(range(len(drawn))):
        rows = [[Score(None, drawn[i][0])] * (name != "best-of-n") + [Score(drawn[i][1])] * (name != "majority-vote")
                for i in order]  # fmt: skip
        picked = selection.pick(rows)
        i = order[picked.index]
        credit = float(picked.answer == gold)
        rewards.append({"best-of-n": 0.25 * style[i], "majority-vote": credit}.get(name, credit + 0.25 * style[i]))
        assert picked.answer is None or drawn[i][0] == picked.answer
        assert sum(picked.votes.values()) == sum(a is not None for a, _ in drawn) * (name != "best-of-n")
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
    assert Selection(MajorityVote(), Context("c", (1.0, 1.0)), [vote, Brevity()], prefers).scorers == [vote]
    mixed = Selection(VoteThenBest(0), Context("c", (1.0, 1.0)), [vote, Brevity()])
    rows = [[Score(None, a), Score(s)] for a, s in (("7", 0.1), ("8", 0.9), (None, 1.0), ("7", 0.3))]
    picked = mixed.pick(rows)
    assert (picked.index, picked.answer, picked.votes, picked.unreadable) == (3, "7", {"7": 2, "8": 1}, 1)


def test_selection_is_refused_where_it_cannot_be_made():
    """No completions, scorers that do not fit the context, and a strategy of one's own are named."""
    with pytest.raises(ValueError, match="no completion"):
        Selection(BestOfN(), Context("c", (1.0,)), [Brevity()]).pick([])
    with pytest.raises(ValueError, match="weighs 2 objectives; there are 1"):
        Selection(BestOfN(), Context("c", (1.0, 1.0)), [Brevity()])

    class Odd:
        """Not one of ours."""

        name = "odd"

    with pytest.raises(ValueError, match="'odd' cannot be deployed"):
        Selection(Odd(), Context("c", (1.0,)), [Brevity()])
