"""Loading by name and path, the stand-in's statistics, saving and fetching."""

import numpy as np
import pytest

from iapo_widgets import VoteThenBest
from iapo_widgets.tasks import catalogue, fetch, load


def right_share(env):
    """Probability of the right answer, (P, X)."""
    return np.take_along_axis(env.probs, env.gold[None, :, None], axis=2)[..., 0]


@pytest.fixture(scope="module")
def standin():
    """The MATH stand-in."""
    return load("math")


def test_the_math_standin_says_what_it_is(standin):
    """Its note calls it a generated stand-in, and its sizes are the paper's."""
    assert "generated stand-in" in standin.note
    assert (len(standin.prompts), standin.n_queries, standin.n_max, len(standin.contexts)) == (25, 316, 32, 3)


def test_the_math_standin_meets_the_published_statistics(standin):
    """Quantiles, likeness, strongest wrong answer, spread, voting gain, order and cost are near MATH's."""
    share = right_share(standin)
    assert np.quantile(share, [0.05, 0.1, 0.25, 0.5, 0.75, 0.9]) == pytest.approx(
        [0.03, 0.12, 0.45, 0.84, 0.96, 0.99], abs=0.06
    )
    q = standin.exact_q()[0]
    working = q[:, 0] > 0.4
    assert working.sum() == 23 and q[~working, 0] == pytest.approx([0.2, 0.2], abs=0.03)
    assert q[working, 0].min() > 0.61 and q[working, 0].max() < 0.79
    likeness = np.corrcoef(share[working])[np.triu_indices(23, 1)].mean()
    assert likeness == pytest.approx(0.90, abs=0.02)
    rivals = standin.probs.copy()
    np.put_along_axis(rivals, np.broadcast_to(standin.gold[None, :, None], (25, 316, 1)), -1, axis=2)
    assert rivals.max(axis=2).mean() == pytest.approx(0.20, abs=0.02)
    assert (rivals.max(axis=2) > share).mean() == pytest.approx(0.22, abs=0.03)
    gain = (q[:, 31] - q[:, 0])[working]
    assert gain.min() > 0.02 and gain.max() < 0.15
    assert np.corrcoef(q[working, 0], q[working, 31])[0, 1] == pytest.approx(0.8, abs=0.1)
    cost = standin.cost[:, 0, 0]
    assert (cost.min(), cost.max()) == pytest.approx((0.0049, 0.0100))


def test_one_seed_one_standin(standin):
    """The same seed gives the same stand-in, another seed another one."""
    assert np.array_equal(load("math").probs, standin.probs)
    assert not np.array_equal(load("math", seed=1).probs, standin.probs)


def test_a_saved_environment_comes_back(tmp_path, standin):
    """Save and load change neither the data nor exact Q."""
    saved = standin.with_(strategy=VoteThenBest(), n_max=3)
    saved.save(tmp_path / "mine.npz")
    back = load(tmp_path / "mine.npz")
    assert back.strategy == saved.strategy and back.contexts == saved.contexts and back.prompts == saved.prompts
    assert np.array_equal(back.probs, saved.probs) and back.note == saved.note
    assert back.exact_q() == pytest.approx(saved.exact_q(), abs=1e-12)


def test_bad_names_and_files_are_named(tmp_path):
    """Unknown names list the known ones; files that are absent or foreign are named."""
    with pytest.raises(ValueError, match="unknown environment 'maths'; known: synth-bernoulli, math"):
        load("maths")
    with pytest.raises(FileNotFoundError, match=r"no\.npz"):
        load(tmp_path / "no.npz")
    (tmp_path / "bad.npz").write_bytes(b"PK nothing")
    with pytest.raises(ValueError, match=r"bad\.npz is not a saved environment"):
        load(tmp_path / "bad.npz")
    with pytest.raises(ValueError, match="nothing is published for 'mine'"):
        fetch("mine")


def test_a_cached_file_with_the_right_id_is_used(tmp_path, math_file):
    """The git blob id of the published file is the known one, so no download is tried."""
    (tmp_path / "MATH_final.pkl").write_bytes(math_file.read_bytes())
    assert fetch("math", tmp_path) == tmp_path / "MATH_final.pkl"


def test_without_a_network_fetch_says_so_and_leaves_nothing(tmp_path, monkeypatch):
    """A refused connection is a ConnectionError that tells where to put the file by hand."""
    monkeypatch.setattr(catalogue, "SOURCE", "http://127.0.0.1:9/")
    with pytest.raises(ConnectionError, match="could not be downloaded"):
        fetch("math", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_cache_that_cannot_be_written_is_named(tmp_path):
    """Where the cache folder cannot be made, the error tells how to name another one."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(PermissionError, match="IAPO_CACHE"):
        fetch("math", tmp_path / "file" / "cache")
