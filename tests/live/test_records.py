"""Records: known outcomes that keep their texts, as an environment and as a file."""

import gzip
import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from iapo_widgets import Context, load, train
from iapo_widgets.live import (
    Brevity,
    ExactMatch,
    FunctionScorer,
    LedgerError,
    LiveWarning,
    Record,
    SimulatedEndpoint,
)
from iapo_widgets.live.ledger.spending import SpendingLimit
from live_cases import KEY, live, new_ledger
from record_cases import PROMPTS, QUESTIONS, completion, counted, small_record


@pytest.mark.parametrize("replacement", [True, False])
def test_q_is_exact_for_the_record(replacement):
    """The vote of every scale is that of counting all draws; costs are of tokens and of calls."""
    record = small_record().with_(replacement=replacement)
    for p, n in np.ndindex(2, 4):
        reward = np.mean([counted(record.completions(p, x), n + 1, replacement) for x in range(2)])
        tokens = 5.5 * 0.1  # 4 to 7 tokens each
        cost = np.mean(record.query_call_cost[p]) + (n + 1) * tokens
        assert np.allclose(record.exact_q()[:, p, n], [reward, reward - 0.1 * cost], atol=1e-12, rtol=0)


def test_pools_of_different_size_and_no_votes():
    """Completions that cast no vote, and a pool that is smaller than another, are counted as they are."""
    record = small_record([["aab", "bbbd-"], ["aac", "-cd"]], n_max=3)
    assert record.counts.tolist() == [[3, 5], [3, 3]] and record.probs.sum(axis=2) == pytest.approx(1)
    for replacement in (True, False):
        q = record.with_(replacement=replacement).exact_q()
        found = [np.mean([counted(record.completions(p, x), 3, replacement) for x in range(2)]) for p in range(2)]
        assert np.allclose(q[0, :, 2], found, atol=1e-12, rtol=0)


def test_draws_with_and_without_replacement():
    """A pull of the whole pool holds each completion once; with replacement it seldom does; both follow the seed."""
    record, rng = small_record(), np.random.default_rng(0)
    alone = record.with_(replacement=False)
    drawn = alone.sample([0] * 50, [1] * 50, 4, rng)
    assert np.all(np.sort(drawn.answers, axis=1) == np.sort(record.answers[0, 1])) and drawn.valid.all()
    assert len({tuple(row) for row in drawn.cost.round(9)}) > 10
    again = record.sample([0] * 50, [1] * 50, 4, np.random.default_rng(1))
    same = record.sample([0] * 50, [1] * 50, 4, np.random.default_rng(1))
    assert np.array_equal(again.cost, same.cost) and any(len(set(row)) < 4 for row in again.cost.round(9))
    assert dict(train("psst", alone, 60, seed=0).policy) == dict(train("psst", alone, 60, seed=0).policy)
    smaller = small_record([["aab", "bbb"], ["aac", "ccd"]], n_max=3)
    with pytest.raises(ValueError, match="without replacement n_max is at most 3"):
        small_record([["aab", "bbbd"], ["aac", "ccdd"]]).with_(replacement=False)
    with pytest.raises(ValueError, match="would draw one twice"):
        smaller.with_(replacement=False).sample([0], [0], 4, rng)


def test_texts_come_as_they_came():
    """In order, with tokens, ends, scores and answers; another pair is an error that says what there is."""
    record = small_record()
    pool = record.completions(1, 0)
    assert [c.text[0] for c in pool] == list("aaca") and [c.tokens for c in pool] == [4, 5, 6, 7]
    assert [c.score for c in pool] == [(1.0,), (1.0,), (0.0,), (1.0,)] and pool[2].answer == "c"
    for pair in ((2, 0), (0, 2), (-1, 0)):
        with pytest.raises(IndexError, match="prompts 0 to 1 and questions 0 to 1"):
            record.completions(*pair)
    assert "Record('letters'" in repr(record) and "4 to each of 2 prompts x 2 questions" in record.note


def test_parts_and_splits_keep_their_texts():
    """The task's own parts, and the paper's splits, are records of their questions."""
    record = small_record()
    train_part, test_part = record.part("train"), record.part("test")
    assert train_part.questions == QUESTIONS[:1] and test_part.questions == QUESTIONS[1:] and test_part.test == (0,)
    assert test_part.completions(1, 0) == record.completions(1, 1) and record.part("all") is record
    one, other = record.split(0.5, seed=3)
    assert {one.questions[0], other.questions[0]} == set(QUESTIONS)
    assert np.allclose((one.exact_q() + other.exact_q()) / 2, record.exact_q())
    assert one.with_(replacement=False).exact_q().shape == (2, 2, 4)
    with pytest.raises(ValueError, match="no test part of its own"):
        one.part("test" if not one.test else "train")
    with pytest.raises(ValueError, match="'train', 'test' or 'all'"):
        record.part("dev")


def test_a_record_survives_its_file(tmp_path):
    """All that it was made of comes back, equal; two files of one record are the same bytes."""
    record = small_record()
    record.pack(tmp_path / "a.record")
    record.pack(tmp_path / "b.record")
    assert (tmp_path / "a.record").read_bytes() == (tmp_path / "b.record").read_bytes()
    back = load(tmp_path / "a.record")
    assert isinstance(back, Record) and np.array_equal(back.exact_q(), record.exact_q())
    for name in ("prompts", "questions", "pairs", "scorers", "contexts", "test", "made", "name", "about", "cost_unit"):
        assert getattr(back, name) == getattr(record, name), name
    assert load(tmp_path / "a.record", part="test").questions == QUESTIONS[1:]


def test_texts_can_be_left_out(tmp_path):
    """Then neither texts nor answers are in the file, and every number is as before; it can't be read anew."""
    record = small_record()
    record.pack(tmp_path / "x.record", texts=False)
    plain = gzip.decompress((tmp_path / "x.record").read_bytes()).decode()
    assert "I think" not in plain and '"answer"' not in plain and "Which letter?" in plain
    back = load(tmp_path / "x.record")
    assert np.array_equal(back.exact_q(), record.exact_q()) and back.completions(0, 0)[0].text is None
    assert not back.has_texts and record.has_texts and back.note == f"{record.note}, their words left out"
    shown = "RecordedCompletion(text=left out, tokens=4, finish_reason='stop', score=(1.0,), answer=left out, label=0)"
    assert repr(back.completions(0, 0)[0]) == shown
    for p, x in np.ndindex(2, 2):  # all else stays
        kept = [replace(c, text=None, answer=None) for c in record.completions(p, x)]
        assert list(back.completions(p, x)) == kept
    with pytest.raises(ValueError, match="were left out"):
        back.scored([ExactMatch()])


def test_packing_says_what_the_file_carries(tmp_path):
    """Its size, prompts, questions, right answers and answers; what was left out stays so when it is packed again."""
    record, path = small_record(), tmp_path / "x.record"
    told = record.pack(path)
    held = "it carries 2 prompts, 2 questions, 3 right answers and"
    assert told.startswith(f"{path}: {path.stat().st_size:,} bytes; {held} every word of 16 answers; texts=False")
    assert (
        record.pack(path, texts=False)
        == f"{path}: {path.stat().st_size:,} bytes; {held} 16 answers without their words"
    )
    back, again = load(path), tmp_path / "y.record"
    assert back.pack(again).endswith("16 answers without their words") and again.read_bytes() == path.read_bytes()


def test_scores_can_be_made_anew():
    """Other scorers give another record of the same texts, with their name and version."""
    record = small_record()
    brief = record.scored([Brevity(4)], contexts=[Context("one", (1.0,))], strategy="best-of-n")
    assert brief.objectives == ("brevity",) and brief.exact_q()[0, :, 0] == pytest.approx([0.25, 0.25])
    assert brief.scorers[0].scorer == "Brevity(4, 'words', name='brevity')"
    assert brief.scorers[0].version.startswith("iapo-widgets ")
    same = record.scored([ExactMatch(lambda text: text[0])])
    assert np.allclose(same.exact_q(), record.exact_q()) and same.made == record.made and same.test == record.test
    with pytest.warns(LiveWarning, match=r"'none' could not read 100% of the answers to '\{query\}': 'a, I think'"):
        record.scored([FunctionScorer(lambda question, text: None, name="none")], contexts=[Context("one", (1.0,))],
                      strategy="best-of-n")  # fmt: skip
    with pytest.raises(ValueError, match="scorers must differ in name"):
        record.scored([ExactMatch(), ExactMatch()])


def test_a_ledger_packs_what_its_environment_asked(tmp_path):
    """Prompts, questions and every text, and no key; the record's Q is that of ``recorded``."""
    with SimulatedEndpoint(seed=0) as simulated, new_ledger(tmp_path) as ledger:
        with pytest.raises(LedgerError, match="make a LiveEnvironment of it"):
            ledger.pack(tmp_path / "x.record")
        env = live(at(simulated), ledger, prompts=simulated.prompts()[:3], questions=simulated.questions(5),
                   scorers=[ExactMatch(), Brevity()], strategy="vote-then-best")  # fmt: skip
        p, x = np.divmod(np.arange(15), 5)
        env.sample(p, x, 4, np.random.default_rng(0))
        env.split(0.8, 0)
        ledger.pack(tmp_path / "x.record", name="sums", test=[4])
        record = load(tmp_path / "x.record")
        assert np.allclose(record.exact_q(), env.recorded().exact_q(), atol=1e-12, rtol=0)
        assert record.completions(2, 3) == env.completions(2, 3) and record.name == "sums" and record.test == (4,)
        assert record.made["model"] == simulated.model and record.prompts == env.prompts
        assert KEY not in gzip.decompress((tmp_path / "x.record").read_bytes()).decode()


def test_questions_that_not_all_prompts_answered_are_left_out(tmp_path):
    """And the record says how many; with none at all there is no record."""
    with SimulatedEndpoint(seed=0) as simulated, new_ledger(tmp_path) as ledger:
        env = live(at(simulated), ledger, prompts=simulated.prompts()[:2], questions=simulated.questions(3),
                   scorers=[ExactMatch(), Brevity()], limit=SpendingLimit(completions=100))  # fmt: skip
        env.sample([0, 1, 0], [0, 1, 1], 2, np.random.default_rng(0))
        record = env.record(test=[1, 2])
        assert [q.text for q in record.questions] == [env.questions[1].text] and record.test == (0,)
        assert record.made["left out"].startswith("2 questions")
        with pytest.raises(ValueError, match="no question that every prompt has answered"):
            env.split(0.4, 0)[0].record()


def at(simulated):
    """The simulated endpoint as the tests' servers are."""
    return SimpleNamespace(url=simulated.base_url, model=simulated.model)


def lines(record, path):
    """The record's file as values."""
    record.pack(path)
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def spoiled(path, rows, **more):
    """A file of other values."""
    path.write_bytes(gzip.compress("\n".join(json.dumps(row, **more) for row in rows).encode()))
    return path


CHANGES = {
    "another format": (lambda rows: rows[0].update(format="x"), "does not say that it is of the format"),
    "a later version": (lambda rows: rows[0].update(version=2), "version 2, and this program reads version 1"),
    "no prompts": (lambda rows: rows[0].update(prompts=[]), "not among 0"),
    "a question missing": (lambda rows: rows.pop(2), "prompt 0 and question 1 are missing, 1 such"),
    "a pair twice": (lambda rows: rows.append(rows[1]), "stand in it twice"),
    "text that is none": (lambda rows: rows[1]["text"].__setitem__(0, 7), "text must be text, not '?7"),
    "an empty pool": (lambda rows: rows[1].update(text=[], tokens=[], ended=[], score=[], answer=[], label=[]),
                      "prompt 0 has no completion of question 0"),
    "lists of other lengths": (lambda rows: rows[1]["tokens"].pop(), "lists differ in length"),
    "tokens below zero": (lambda rows: rows[1]["tokens"].__setitem__(0, -1), "tokens must be a whole number"),
    "a score of text": (lambda rows: rows[1]["score"].__setitem__(0, ["1"]), "scores must be lists of numbers"),
    "too few scores": (lambda rows: rows[1]["score"].__setitem__(0, []), "needs 1 scores"),
    "a class of text": (lambda rows: rows[1]["label"].__setitem__(0, "a"), "class must be a whole number"),
    "a test question of another file": (lambda rows: rows[0].update(test=[9]), "not among the 2"),
    "a negative cost": (lambda rows: rows[1].update(call_cost=-1), "call_cost must be at least 0"),
    "an unknown strategy": (lambda rows: rows[0].update(strategy="best"), "unknown strategy"),
    "a question without text": (lambda rows: rows[0]["questions"].__setitem__(0, []), "a question must be a list"),
    "no word on texts": (lambda rows: rows[0].pop("texts"), "lacks 'texts'"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_files_that_are_no_record_say_why(tmp_path, change):
    """One line that names the file and what is wrong with it."""
    rows = lines(small_record(), tmp_path / "good.record")
    spoil, message = CHANGES[change]
    spoil(rows)
    with pytest.raises(ValueError, match=message) as found:
        load(spoiled(tmp_path / "bad.record", rows))
    assert "bad.record" in str(found.value) and "\n" not in str(found.value)


def test_files_that_are_cut_short_or_foreign(tmp_path):
    """At every place of a cut there is an error, never half a record; so for another gzip, and for a bomb."""
    small_record().pack(tmp_path / "good.record")
    content = (tmp_path / "good.record").read_bytes()
    bad = tmp_path / "bad.record"
    for end in range(2, len(content) - 1, 7):
        bad.write_bytes(content[:end])
        with pytest.raises(ValueError, match=r"bad\.record"):
            load(bad)
    for other in (gzip.compress(b""), gzip.compress(b"hello"), b"\x1f\x8b" + bytes(100), gzip.compress(b"[1]\n" * 9)):
        bad.write_bytes(other)
        with pytest.raises(ValueError, match=r"is no record|is cut short"):
            load(bad)
    bad.write_bytes(gzip.compress(b" " * (9 << 20)))
    with pytest.raises(ValueError, match="more text than is read"):
        load(bad)


def test_nothing_half_written_is_left(tmp_path):
    """A record that can't be written leaves no file; nor does a folder that is absent."""
    record = small_record(made={"model": "\ud800"})
    with pytest.raises(ValueError):
        record.pack(tmp_path / "x.record")
    assert not list(tmp_path.iterdir())
    with pytest.raises(FileNotFoundError, match="no folder"):
        small_record().pack(tmp_path / "absent" / "x.record")


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"call_cost": [1.0, 2.0, 3.0]}, "call_cost"), ({"scorers": []}, "needs prompts, questions and scorers"),
     ({"test": (5,)}, "not among the 2"), ({"n_max": 0}, "n_max")],
)  # fmt: skip
def test_parts_that_do_not_fit(changes, message):
    """Are refused with what is wrong."""
    with pytest.raises(ValueError, match=message):
        small_record(**changes)


def test_pairs_that_do_not_fit():
    """A missing row, and completions without a score for every scorer."""
    record = small_record()
    given = {"scorers": record.scorers, "contexts": record.contexts, "strategy": record.strategy, "n_max": 2,
             "call_cost": 0.0, "token_cost": 1.0, "cost_unit": "tokens"}  # fmt: skip
    pool = [completion("a", "a")]
    with pytest.raises(ValueError, match="each of 2 prompts and 2 questions"):
        Record(PROMPTS, QUESTIONS, [[pool, pool]], **given)
    with pytest.raises(ValueError, match="prompt 1 has no completion of question 0"):
        Record(PROMPTS, QUESTIONS, [[pool, pool], [[], pool]], **given)
