"""What a judge could not judge, since its own calls failed, in records and in what is made of a ledger."""

import numpy as np
import pytest

from iapo_widgets import Context
from iapo_widgets.live import LiveWarning, Score
from live_cases import live


class Picky:
    """A judge of its own calls, which fail on texts of an odd length; or on all."""

    name, needs_gold, failing = "judged", False, False

    def score(self, question, text):
        raise AssertionError("score_async is used instead")

    async def score_async(self, question, text, ledger, limit):
        return None if self.failing or len(text) % 2 else Score(len(text) / 1_000)


def test_what_no_judge_could_judge_is_missing_and_told(server, ledger):
    """Never a zero: values are those of the others; with none left the error says so, of a record read anew, too."""
    server.answer = lambda body, i: "x" * (2 * i + (i % 3 == 0))  # every third of an odd length
    judge, contexts = Picky(), [Context("here", (1.0,))]
    env = live(server, ledger, scorers=[judge], contexts=contexts, strategy="best-of-n", concurrency=1)
    env.sample(np.repeat(np.arange(3), 2), [0, 1] * 3, 6, np.random.default_rng(0))
    env.sample([0, 1], [2, 2], 6, np.random.default_rng(0))
    asked = [[[a.text for a in env.answers(p, x)] for x in range(2)] for p in range(3)]
    for make in (env.record, env.recorded):
        with pytest.warns(
            LiveWarning, match="16 of 48 completions are missing, for a scorer's own call on them failed"
        ):
            record = make()
        assert record.counts.tolist() == [[4, 4]] * 3 and record.made["not judged"].startswith("16 completions")
        for p, x in np.ndindex(3, 2):
            judged = [len(text) / 1_000 for text in asked[p][x] if len(text) % 2 == 0]
            assert (record.probs * record.values[..., 0]).sum(axis=2)[p, x] == pytest.approx(np.mean(judged))
    judge.failing = True
    anew = lambda: record.scored([judge], ledger=ledger, limit=env.limit)  # noqa: E731
    for make, lost in ((env.recorded, "48 of 48"), (anew, "24 of 24")):
        with pytest.warns(LiveWarning, match=lost), pytest.raises(ValueError, match=r"calls failed.*run again"):
            make()
