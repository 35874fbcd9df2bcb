"""AnswerExplorer: the tally, who wins and what it costs, counted again by hand; what is refused; what is sent."""

import io
import json
from collections import Counter
from itertools import combinations
from math import ceil

import numpy as np
import pytest
import traitlets as t

from answer_cases import frame, record, said
from iapo_widgets import Context, load
from iapo_widgets.core.strategies import STRATEGIES
from iapo_widgets.live import (
    Endpoint,
    ExactMatch,
    Ledger,
    LiveEnvironment,
    PromptTemplate,
    Question,
    SimulatedEndpoint,
    SpendingLimit,
)
from iapo_widgets.live.records.pools import expected, pool_of
from iapo_widgets.widgets import AnswerExplorer, html_fragment

HOSTILE = "</script><img src=x onerror=alert(1)> $x$ \u202e"
SMALL = 20_000  # bytes of an update


@pytest.fixture(scope="module")
def random_record():
    """Two prompts, six questions, twelve random answers each, some silent, with unequal tokens."""
    rng = np.random.default_rng(5)
    words = ["lima", "cuzco", "quito", "bogota", None]
    pools = [
        [[said(words[i], "lima", int(rng.integers(1, 40))) for i in rng.choice(5, 12, p=rng.dirichlet(np.ones(5)))]
         for _ in range(6)] for _ in range(2)
    ]  # fmt: skip
    return record(pools, per_call=4)


@pytest.mark.parametrize("seed", [0, 3])
def test_tally_winner_and_cost_are_what_counting_says(random_record, seed):
    """At every question and N: votes, winners, credit, and ceil(n / 4) requests + tokens, from the chips themselves."""
    widget = AnswerExplorer(random_record, prompt=1, other=0, seed=seed)
    for x in range(6):
        widget.question = x
        for row in widget._page["rows"]:
            pool = random_record.completions(row["prompt"], x)
            chips = row["chips"]
            assert len(chips) == 9 and len({chip["at"] for chip in chips}) == 9
            for n, each in enumerate(row["frames"], 1):
                drawn = [pool[chip["at"]] for chip in chips[:n]]
                names = [widget._page["classes"][chip["class"]]["name"] for chip in chips[:n] if chip["class"] >= 0]
                assert names == [c.answer for c in drawn if c.answer is not None]
                count = Counter(names)
                top = [name for name, votes in count.items() if votes == max(count.values())]
                assert {widget._page["classes"][c]["name"]: v for c, v in each["votes"]} == count
                assert sorted(widget._page["classes"][c]["name"] for c in each["top"]) == sorted(top)
                assert each["credit"] == pytest.approx(1 / len(top) if "lima" in top else 0)
                assert each["cost"] == pytest.approx(2.0 * ceil(n / 4) + 0.5 * sum(c.tokens for c in drawn))


@pytest.mark.parametrize(
    "gold, pool, marks",
    [
        ("A", "CDAAB", {"A": "\u2713", "B": "B", "C": "C", "D": "D"}),
        ("lima", ["quito", "lima", "cuzco"], {"lima": "\u2713", "quito": "A", "cuzco": "B"}),
        ("4", ["A", "4", "7", "AB"], {"4": "\u2713", "A": "A", "7": "B", "AB": "C"}),
    ],
)
def test_an_answer_that_is_a_letter_is_its_own_sign(gold, pool, marks):
    """So that no square with a B in it stands beside the answer D; a word gets a letter that is nobody's answer."""
    made = AnswerExplorer(record([[list(pool)]], gold))._page["classes"]
    assert {each["name"]: each["mark"] for each in made} == marks


def test_what_a_vote_says_in_words():
    """A win, a contrast with the first answer, a tie with and without the right one, and silence."""
    pools = [
        ["cuzco", "lima", "lima"],
        ["lima", "cuzco"],
        ["quito", "cuzco"],
        [None, None],
        ["lima"],
        ["cuzco", None, "lima", "cuzco"],
    ]
    widget = AnswerExplorer(record([pools]), n=3)
    wanted = [
        "2 of 3 say “lima”: the vote is right, though the first answer alone was wrong.",
        "“lima” and “cuzco” tie with 1 vote each: split by lot, right 1 time in 2, so it counts 1/2.",
        "“quito” and “cuzco” tie with 1 vote each: split by lot, wrong whichever it is.",
        "None of the 2 answers says anything that can be read: no vote is cast, which counts as wrong.",
        "One answer alone says “lima”: right.",
        "“cuzco” and “lima” tie with 1 vote each: split by lot, right 1 time in 2, so it counts 1/2."
        " 1 answer of 3 could not be read and cast no vote.",
    ]
    for x, words in enumerate(wanted):
        widget.question = x
        assert widget.summary == words


def test_expectations_are_means_over_all_subsets(random_record):
    """Alone and by the vote: the mean credit of every subset of the pool, counted one by one."""
    pools = [pool_of(random_record, 0, x) for x in range(3)]
    found = expected(pools, [True] * 3, STRATEGIES["majority-vote"], (1.0,), 5)
    for pool, curve in zip(pools, found, strict=True):
        labels = [c.label for c in pool.completions]
        for n in (1, 2, 5):
            credits = []
            for chosen in combinations(labels, n):
                count = Counter(label for label in chosen if label >= 0)
                top = [label for label, votes in count.items() if votes == max(count.values())]
                credits.append(1 / len(top) if 0 in top else 0.0)
            assert curve[n - 1] == pytest.approx(np.mean(credits))


def test_jumps_go_to_the_question_that_the_vote_saves_or_ruins():
    """In a circle, from anywhere; the caption tells both shares; where there is none the nearest is told."""
    often, rarely = ["lima"] * 4 + ["cuzco", "quito", "bogota", "loja", "puno"], ["lima"] * 3 + ["cuzco"] * 6
    env = record([[["lima"] * 9, often, rarely, ["lima"] * 9], [["lima"] * 9] * 4])
    widget = AnswerExplorer(env, n=9, question=3)
    widget.press("saves")
    assert widget.question == 1 and widget._told.startswith(
        "The vote saves it: alone right in 44%, by a vote of 9 in 100%."
    )
    widget.press("ruins")
    assert widget.question == 2 and "alone right in 33%, by a vote of 9 in 0%" in widget._told
    widget.n = 1
    assert widget._told == ""
    widget.press("saves")
    assert widget.question == 2 and "raise N" in widget._told
    widget.n, widget.prompt = 5, 1
    widget.press("ruins")
    assert widget.question == 2 and widget._told.startswith(
        "A vote of 5 ruins no question with prompt 1 (Say it in words, prompt b · temperature 1); it comes nearest at"
    )


def test_the_same_seed_draws_the_same_and_zero_takes_them_as_they_came(random_record):
    """Order of drawing depends on seed, prompt and question alone."""
    order = lambda w: [chip["at"] for chip in w._page["rows"][0]["chips"]]  # noqa: E731
    widget = AnswerExplorer(random_record, prompt=0, n=3)
    assert order(widget) == list(range(9))
    widget.seed = 4
    fourth = order(widget)
    widget.seed = 5
    assert order(widget) != fourth
    assert order(AnswerExplorer(random_record, prompt=0, other=1, seed=4)) == fourth
    widget.reset()
    assert widget.seed == 0 and widget.n == 3 and order(widget) == list(range(9))


def scored_record():
    """Three answers by two objectives, one unread score."""
    pool = [
        said("a", "lima", score=(0.1, 0.9)),
        said("b", "lima", score=(0.8, 0.3)),
        said("c", "lima", score=(0.5, None)),
    ]
    contexts = [Context("useful", (0.9, 0.1)), Context("kind", (0.1, 0.9), 0.5)]
    return record([[pool, pool]], strategy="best-of-n", contexts=contexts, scorers=("helpful", "harmless"), n_max=3)


def test_best_of_n_takes_the_best_utility_for_the_context():
    """Another context, another winner; utilities are weighted sums, an unread score counts as its lowest value."""
    widget = AnswerExplorer(scored_record(), n=3)
    assert [c["value"] for c in widget._page["rows"][0]["chips"]] == pytest.approx([0.18, 0.75, 0.45])
    assert frame(widget)["best"] == [1] and "Number 2 of 3 is the best: utility for “useful” 0.75" in widget.summary
    widget.context = "kind"
    assert frame(widget)["best"] == [0] and "votes" not in frame(widget)
    assert "saves" not in [c.name for c in widget.controls()]
    with pytest.raises(t.TraitError, match="unknown context"):
        widget.context = "nobody"


def test_vote_then_best_returns_one_of_the_winner_s():
    """The vote decides, then the other objective decides among those that said so."""
    pool = [
        said("lima", "lima", score=(1.0, 0.2)),
        said("lima", "lima", score=(1.0, 0.7)),
        said("b", "lima", score=(0.0, 0.9)),
    ]
    env = record([[pool]], strategy="vote-then-best", contexts=[Context("x", (1.0, 1.0))], scorers=("c", "s"), n_max=3)
    widget = AnswerExplorer(env, n=3)
    assert frame(widget)["best"] == [1] and widget.summary.endswith("number 2 is returned: it scores best otherwise.")


def test_a_ledger_is_shown_as_it_grows_and_nothing_is_asked(tmp_path):
    """Before a run pairs say that they are not answered; after ``refresh`` the answers stand there, at their price."""
    with SimulatedEndpoint(seed=0) as sim, Ledger(tmp_path / "a.ledger", durable=False) as ledger:
        env = LiveEnvironment(
            Endpoint(sim.base_url, sim.model, key="any"), [PromptTemplate("{query}", max_tokens=m) for m in (64, 48)],
            [Question(f"What is {x} + 5?", str(x + 5)) for x in range(3)], [ExactMatch()], n_max=4, progress=False,
            strategy="majority-vote", contexts=[Context("here", (1.0,))], ledger=ledger,
            limit=SpendingLimit(completions=99),
        )  # fmt: skip
        widget = AnswerExplorer(env, other=1)
        alone = "(the question alone · temperature 1): not answered yet."
        assert widget.n == 4 and widget.summary == f"Prompt 0 {alone} Prompt 1 {alone}"
        widget.press("saves")
        assert "No question has 4 answers" in widget._told and widget.figure().alt
        env.sample([0, 1, 0], [0, 0, 2], 6, np.random.default_rng(0))
        asked = sim.stats.requests
        widget.refresh()
        assert "not answered" not in widget.summary and widget.error == ""
        answers = env.answers(0, 0)
        call = max(a.prompt_tokens if a.whole_prompt is None else a.whole_prompt for a in answers)
        requests = ceil(4 / (env.per_call or 4))
        assert frame(widget)["cost"] == call * requests + sum(a.completion_tokens for a in answers[:4])
        assert widget._page["rows"][0]["alone"].startswith(
            "Over all draws from these 6 recorded answers: alone right in"
        )
        assert frame(widget)["odds"].startswith(", by a vote of 4 in ")
        widget.question = 1
        assert "not answered yet" in widget.summary and sim.stats.requests == asked


def test_no_texts_no_widget(tmp_path):
    """Generated tasks and records that were packed without texts are refused, and told what to take instead."""
    with pytest.raises(ValueError, match=r'has numbers only.*load\("real-words"\)'):
        AnswerExplorer(load("math"))
    path = tmp_path / "bare.record"
    record([[["lima", "cuzco"]]]).pack(path, texts=False)
    with pytest.raises(ValueError, match="texts of this record were left out"):
        AnswerExplorer(load(path))


@pytest.mark.parametrize(
    ("name", "value"), [("prompt", 2), ("other", -1), ("question", 6), ("n", 0), ("n", 10), ("seed", -1)]
)
def test_numbers_outside_are_refused(random_record, name, value):
    """By a cell as an error, by the browser beside the control; the widget stays as it was."""
    widget = AnswerExplorer(random_record)
    before = repr(widget)
    with pytest.raises(t.TraitError, match=f"{name} must lie between"):
        setattr(widget, name, value)
    widget.set_state({name: value})
    assert repr(widget) == before and f"{name} must lie between" in widget._errors[name]


def test_updates_are_small_and_long_texts_come_when_opened(monkeypatch):
    """Two prompts x 9 answers of 5,000 letters stay below 20 kB; opening one sends it; nonsense opens nothing."""
    pool = [said("lima", "lima", text="\u4f60" * 5_000) for _ in range(9)]
    widget = AnswerExplorer(record([[pool, pool]] * 2), other=1)
    assert len(json.dumps(widget._page, ensure_ascii=False).encode()) < SMALL
    assert widget._page["rows"][1]["chips"][2]["length"] == 5_000
    for wrong in ([5, 0], [0, 99], ["0", 0], [0], "x", None):
        widget._message(widget, {"open": wrong}, [])
        assert widget._whole == {}
    widget._message(widget, {"open": [1, 2]}, [])
    assert widget._whole["text"] == "\u4f60" * 5_000 and widget._whole["prompt"] == 1
    sent = []
    monkeypatch.setattr(widget, "send_state", lambda key=None: sent.append(key))
    widget.n = 7
    assert not any("_page" in str(keys) for keys in sent)


def test_a_saved_page_has_more_room_for_texts():
    """Nobody can fetch what was cut there: each text has its 600 bytes."""
    pool = [said("lima", "lima", text="abcdefghi " * 90) for _ in range(9)]
    widget = AnswerExplorer(record([[pool]] * 2, n_max=9), other=1)
    (first, *_) = widget.carried()["_carried"].values()
    assert [len(chip["text"]) for row in first["rows"] for chip in row["chips"]] == [600] * 18


def test_hostile_texts_stay_data():
    """A model's words can't end the page's script, and the static twin draws them."""
    pool = [said(HOSTILE, "lima", text=HOSTILE * 30) for _ in range(3)]
    widget = AnswerExplorer(record([[pool]]), n=3)
    assert widget.error == "" and HOSTILE.split("\u202e")[0][:9] in widget.summary
    page = html_fragment(widget)
    assert page.count("<script>") == page.count("</script>") == 1 and "<img" not in page
    widget.figure().savefig(io.BytesIO(), format="png")


def test_a_saved_page_carries_draws_and_the_next_questions(random_record):
    """Each is the page that the kernel would have sent."""
    widget = AnswerExplorer(random_record, question=4, pages=3)
    carried = widget.carried()["_carried"]
    assert {key.split(",")[0] for key in carried} == {f"{widget.prompt}:4", f"{widget.prompt}:5"} and len(carried) == 8
    widget.question, widget.seed = 5, 2
    assert json.loads(json.dumps(carried[f"{widget.prompt}:5,2"])) == json.loads(json.dumps(widget._page))
    assert "_carried" not in widget.get_state()


def test_the_repr_names_what_is_shown(random_record):
    """No address of memory."""
    text = repr(AnswerExplorer(random_record, other=1))
    assert text == "AnswerExplorer(prompt=0, other=1, question=0, n=5, seed=0, context='here')"
