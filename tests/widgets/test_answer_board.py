"""The answers of a live run, question by question, under every prompt."""

import re

import numpy as np
import pytest

from iapo_widgets import mv_contexts, train
from iapo_widgets.live import Endpoint, ExactMatch, Ledger, LiveEnvironment, Retries, SimulatedEndpoint, SpendingLimit
from iapo_widgets.widgets import save_html
from iapo_widgets.widgets.live.answer_board import SILENT, AnswerBoard
from iapo_widgets.widgets.live.asked import Asked
from live_lab_cases import landed, small_lab


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """A small lab, closed at the end."""
    made = small_lab(tmp_path, monkeypatch)
    yield made
    made.close()


def env_of(sim, ledger, **more):
    """A live environment of six prompts and ten questions."""
    given = {"limit": SpendingLimit(completions=5_000), "retries": Retries(attempts=2, wait=False), **more}
    return LiveEnvironment(
        Endpoint(sim.base_url, sim.model), sim.prompts(), sim.questions(10), [ExactMatch()], n_max=4,
        strategy="majority-vote", contexts=mv_contexts({"low": 0.0, "high": 1.0}), ledger=ledger,
        cost_unit="kilotokens", progress=False, **given,
    )  # fmt: skip


def test_it_opens_on_a_question_that_every_prompt_was_asked(lab):
    """A row a prompt with the answers of the ledger as they came, their votes, and whom the prompt was chosen for."""
    assert lab.answers is None
    landed(lab)
    page, env = lab.answers._page, lab.env
    assert [row["prompt"] for row in page["rows"]] == list(range(6)) and all(row["size"] for row in page["rows"])
    assert "every prompt was asked it" in page["count"]
    x = lab.answers.env.asked.order[lab.answers.question]
    assert page["text"] == env.questions[x].text and page["golds"] == [env.questions[x].gold]
    for row in page["rows"]:
        came = env.completions(row["prompt"], x)
        assert [chip["answer"] for chip in row["chips"]] == [c.answer for c in came][:4]
        assert [chip["right"] for chip in row["chips"]] == [c.score[0] == 1 for c in came][:4]
        votes = row["frames"][-1]["votes"]
        assert sum(count for _, count in votes) == sum(c.answer is not None for c in came[:4])
    chosen = {row["prompt"] for row in page["rows"] if row["chosen"]}
    arms = lab.policy
    assert chosen == {arm.prompt for arm in arms.values()}
    assert f"low: N = {arms['low'].n}" in page["rows"][arms["low"].prompt]["chosen"]


def test_questions_stand_in_the_order_of_how_many_prompts_answered(lab):
    """First those of all prompts; a prompt that a question was not asked of says so, and nothing else."""
    landed(lab)
    asked = lab.answers.env.asked
    answered = (asked.came > 0).sum(axis=0)[list(asked.order)]
    assert (np.diff(answered) <= 0).all() and answered[0] == 6
    lab.answers.question = len(asked.order) - 1
    rows = lab.answers._page["rows"]
    empty = [row for row in rows if not row["size"]]
    assert len(empty) == 6 - answered[-1] > 0
    assert all(row["missing"].startswith("Not asked this question: it was last asked in round") for row in empty)


def test_an_arm_that_is_clicked_sets_how_many_answers_count(lab):
    """The board's N follows the race's arm, and another question stays where it is when rounds come."""
    landed(lab)
    board, view = lab.answers, lab._run.view
    view.arm = [2, 3]
    assert board.n == 3
    board.question = 4
    text = board._page["text"]
    board.look(view.rounds, {}, "")
    assert board._page["text"] == text and not any(row["chosen"] for row in board._page["rows"])


@pytest.mark.filterwarnings("ignore::iapo_widgets.live.LiveWarning")
def test_calls_that_failed_are_missing_with_their_reason(tmp_path):
    """As many as are missing in the rounds are told, apart from wrong answers; what came is counted alone."""
    with SimulatedEndpoint(seed=0, faults="500:0.45", n_support="ignored") as sim, Ledger(tmp_path / "l.sqlite") as led:
        env = env_of(sim, led)
        rounds = train("psst", env, 300, seed=0, paired=True).rounds
        asked = Asked.of(rounds, 6, 10)
        assert (asked.wanted > asked.came).any()
        board = AnswerBoard(env, rounds)
        board.look(rounds, {}, env.report().last_fault)
        k = max(range(len(asked.order)), key=lambda k: (asked.wanted - asked.came)[:, asked.order[k]].max())
        board.question = k
        x = asked.order[k]
        for row in board._page["rows"]:
            wanted, came = asked.wanted[row["prompt"], x], asked.came[row["prompt"], x]
            told = f"{wanted - came} of {wanted} answers did not arrive: missing, neither right nor wrong."
            assert row["missing"].startswith(told) is bool(wanted > came)
            assert "500" in row["missing"] or wanted == came


def test_what_was_asked_is_counted_from_the_rounds(tmp_path):
    """Asked for and arrived agree where nothing fails, and add up to what was spent."""
    with SimulatedEndpoint(seed=0) as sim, Ledger(tmp_path / "l.sqlite") as ledger:
        result = train("psst", env_of(sim, ledger), 200, seed=0, paired=True)
    asked = Asked.of(result.rounds, 6, 10)
    assert asked.wanted.sum() == result.spent and (asked.wanted == asked.came).all()
    assert sorted(asked.order) == np.flatnonzero(asked.wanted.sum(axis=0)).tolist()
    assert asked.last[result.policy["low"].prompt] == len(result.rounds)


def test_an_answer_without_a_vote_is_told_in_plain_words(lab):
    """What was looked for and not found, by how answers are read."""
    landed(lab)
    assert lab.answers._page["silent"] == "no answer found"
    lab.correctness = "number"
    lab.questions = "\n".join(line for line in lab.questions.splitlines() if "(A)" not in line)
    landed(lab)
    assert lab.answers._page["silent"] == SILENT["number"] == "no number found"


def test_a_saved_page_carries_headings_prompts_answers_and_the_policy(lab, tmp_path):
    """All of it stands in the file; without texts the answers' words are gone, and the rest is there."""
    landed(lab)
    page = tmp_path / "page.html"
    said = save_html(page, lab)
    assert "the words of 6 prompts" in said and "answers" in said
    whole = page.read_text("utf-8")
    x = lab.answers.env.asked.order[lab.answers.question]
    text = max((c.text for p in range(6) for c in lab.env.completions(p, x)[:4]), key=len)
    words = re.sub(r"\W", "", text)[:25]
    for part in ("From prompts to a policy", "Think step by step", "chosen for low", "highest of 24", "Policy.load"):
        assert part in whole, part
    assert words in re.sub(r"\\n|\W", "", whole)
    save_html(page, lab, texts=False)
    bare = page.read_text("utf-8")
    assert words not in re.sub(r"\\n|\W", "", bare)
    assert "Think step by step" in bare and "highest of 24" in bare and "its words were left out" in bare
