"""LiveLab by its traits and methods, on the simulated endpoint, over real HTTP."""

import csv
import time

import pytest
import traitlets as t

from iapo_widgets import Policy, train
from iapo_widgets.widgets import LiveLab
from iapo_widgets.widgets.live.form import ADVANCED, FOLDED, PARTS

CANARY = "canary-key-0123456789"


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """A small lab with a ledger of its own, closed at the end."""
    monkeypatch.delenv("IAPO_API_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    made = LiveLab(tmp_path / "ledger.sqlite", budget=200, n_max=4)
    yield made
    made.close()


def wait_for(condition, seconds=20):
    """Wait until it is true; fail where it never is."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def landed(lab):
    """Run to the end, with everything in the ledger."""
    lab.run()
    lab.join(60)
    assert lab.env.finish(20)


def test_check_shows_what_will_be_sent_and_sends_nothing(lab):
    """The estimate and the requests are on screen; the simulated endpoint has delivered nothing."""
    assert lab.buttons["run"].disabled
    lab.check()
    assert "200 completions" in lab._preview.value and "&quot;messages&quot;" in lab._preview.value
    assert "Checked; nothing was sent" in lab._status.value and not lab.buttons["run"].disabled
    assert lab.means.simulator.stats.delivered == 0 and len(lab.ledger) == 0


def test_a_change_after_the_check_asks_for_another(lab):
    """Run is not offered for what was never checked."""
    lab.check()
    lab.n_max = 2
    assert lab.buttons["run"].disabled and "press Check again" in lab._status.value
    lab.n_max = 4
    assert not lab.buttons["run"].disabled


def test_the_lab_trains_as_train_does_and_a_repeated_run_asks_nothing_again(lab):
    """Same policy, within the budget; the second run is read from the ledger."""
    landed(lab)
    first, spent = lab.result, lab.ledger.spent()
    assert lab.state == "finished" and first.spent <= 200 and spent.completions == lab.means.simulator.stats.delivered
    assert train("psst", lab.env.with_(offline=True), 200, seed=0, reuse="subsets").policy == first.policy
    landed(lab)
    assert lab.result.policy == first.policy and lab.ledger.spent() == spent
    assert "Simulated: no language model is asked" in lab._status.value


def test_what_came_is_told_in_words(lab):
    """Spending, examples with what was read from them, the policy with its prompts, and Python to deploy it."""
    landed(lab)
    came = f"{lab.ledger.spent().completions:,} completions came"
    wait_for(lambda: came in lab._progress.value and "0 requests in flight" in lab._progress.value)
    arm = lab.policy["low"]
    assert f"<b>Prompt {arm.prompt}</b>" in lab.results.examples.value and "right: " in lab.results.examples.value
    assert lab.results.policy.value.count("<tr>") == 1 + 3 and "Policy.load" in lab.results.policy.value
    other = (arm.prompt + 1) % 6
    lab._run.view.arm = [other, 1]
    assert f"<b>Prompt {other}</b>" in lab.results.examples.value


def test_the_policy_is_saved_and_can_be_loaded(lab, tmp_path):
    """The file holds arms and prompts; a bad name is refused and shown."""
    lab.results.save()
    assert "no round yet" in lab.results.saved.value
    landed(lab)
    lab.results.file.value = "policy.txt"
    lab.results.save()
    assert "ends in .json" in lab.results.saved.value
    lab.results.file.value = "mine.json"
    lab.results.save()
    assert dict(Policy.load(tmp_path / "mine.json")) == dict(lab.policy)


def test_stop_keeps_what_came_and_run_goes_on_from_there(lab):
    """After a Stop nothing more is sent; the next Run reads what was paid for and finishes."""
    lab.check()
    lab.means.simulator.conduct.latency = 0.2
    lab.run()
    wait_for(lambda: len(lab.ledger) > 0)
    lab.stop()
    lab.join(20)
    assert lab.state == "stopped" and lab.env.finish(20)
    kept = len(lab.ledger)
    assert 0 < kept < 200 and "Run goes on from the ledger" in lab._status.value
    with pytest.raises(RuntimeError, match="the lab is stopped"):
        _ = lab.result
    lab.means.simulator.conduct.latency = 0.0
    landed(lab)
    assert lab.state == "finished" and lab.means.simulator.stats.delivered == lab.ledger.spent().completions
    assert lab.env.report().replayed >= kept


def test_a_cap_ends_the_run_and_is_told(lab):
    """No more than the cap is asked for; the words say what to do."""
    lab.cap_completions = 50
    lab.run()
    lab.join(60)
    assert lab.env.finish(20)
    assert lab.state == "failed" and "spending limit in completions is reached" in lab._status.value
    assert lab.means.simulator.stats.delivered <= 50
    with pytest.raises(RuntimeError, match="spending limit"):
        _ = lab.result


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("budget", 0, "at least 1"), ("n_max", 0, "at least 1"), ("prompts", "none", "does not hold {query}"),
        ("questions", " ", "no questions"), ("temperature", -1.0, "at least 0"), ("algorithm", "best", "known: psst"),
        ("cap_money", float("nan"), "at least 0"), ("seed", -1, "at least 0"), ("timeout", 0.0, "above 0"),
        ("timeout", float("inf"), "above 0"), ("attempts", 0, "at least 1"), ("top_p", 1.5, "above 0 and not above 1"),
        ("top_p", float("nan"), "not above 1"), ("stop_at", '["a"', "not JSON"), ("extra_body", "top_k", "not JSON"),
        ("extra_body", '{"max_tokens": 3}', "give max_tokens"), ("base_url", "h/v1", "must look like https://host/v1"),
    ],
)  # fmt: skip
def test_a_bad_value_is_refused_and_shown_beside_its_field(lab, name, value, message):
    """The trait keeps the last good value; the same value typed into the form shows why not."""
    before = getattr(lab, name)
    with pytest.raises(t.TraitError) as caught:
        setattr(lab, name, value)
    assert message in str(caught.value) and getattr(lab, name) == before
    field = lab.form.fields[name]
    if name != "algorithm":  # a list holds no bad value
        field.control.value = value
        assert message in field.error and getattr(lab, name) == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("base_url", f"https://h.net/v1?key={CANARY}"), ("base_url", f"https://user:{CANARY}@h.net/v1"),
        ("base_url", f"https://h.net/v1#{CANARY}"), ("base_url", CANARY), ("base_url", f"https://h:p/v1?k={CANARY}"),
        ("base_url", f" user:{CANARY}@h "), ("extra_body", f'{{"api_key": "{CANARY}"}}'),
        ("extra_body", f'{{"Authorization": "{CANARY}"'),
    ],
)  # fmt: skip
def test_a_key_typed_into_the_wrong_field_does_not_stay_there(lab, name, value):
    """The field is emptied at once, the error says so, and no widget's state holds it; a good value then works."""
    before = getattr(lab, name)
    field = lab.form.fields[name]
    field.control.value = value
    assert field.control.value == "" and "The field was emptied, since it may hold a key" in field.error
    states = [widget.get_state() for widget in (lab, field.control, field._error)]
    assert CANARY not in str(states) + str(lab.trait_values()) + field.error and getattr(lab, name) == before
    with pytest.raises(t.TraitError) as caught:
        setattr(lab, name, value)
    assert CANARY not in str(caught.value) and getattr(lab, name) == before
    good = {"base_url": "https://h.net/v1?api-version=2024-06-01", "extra_body": '{"top_k": 3}'}[name]
    field.control.value = good
    assert field.error == "" and getattr(lab, name) == good == field.control.value


def test_a_slip_in_an_address_stays_to_be_mended(lab):
    """What cannot be a key is left in its field, with what is wrong beside it."""
    field = lab.form.fields["base_url"]
    field.control.value = "localhost:8000/v1"
    assert field.control.value == "localhost:8000/v1" and "must look like https://host/v1" in field.error


def test_what_is_rarely_needed_is_folded_away(lab):
    """Timeout, attempts, top p, stop and extra body lie behind one button inside the first part."""
    (accordion,) = lab.form.children
    assert len(accordion.children) == len(PARTS) == 5
    button, box = accordion.children[0].children[-2:]
    assert button is lab.form.advanced and button.description == ADVANCED
    assert list(box.children) == [lab.form.fields[name] for name, _, _ in FOLDED]
    for shown in (False, True, False):
        button.value = shown
        assert box.layout.display == (None if shown else "none")


def test_how_requests_are_made_is_seen_in_the_preview_and_sent(lab):
    """What the folded fields say stands in the request, and in the environment that runs."""
    lab.top_p, lab.stop_at, lab.extra_body, lab.timeout, lab.attempts = 0.9, "###", '{"top_k": 20}', 9.0, 2
    lab.check()
    for part in ("&quot;top_p&quot;: 0.9", "&quot;top_k&quot;: 20", "&quot;###&quot;"):
        assert part in lab._preview.value
    assert (lab.env.endpoint.timeout, lab.env.caller.retries.attempts) == (9.0, 2)
    lab.top_p = 0.0
    lab.check()
    assert "top_p" not in lab._preview.value


@pytest.mark.filterwarnings("ignore:the key goes to")
def test_a_key_that_goes_unencrypted_is_warned_of_on_screen(lab):
    """In the status and in the preview, as long as that is the endpoint; not for one on this machine."""
    lab.check()
    assert "unencrypted" not in lab._status.value + lab._preview.value
    lab.simulated, lab.model = False, "m"
    lab.key._handle_custom_msg({"secret": CANARY}, [])
    lab.base_url = "http://10.0.0.7:8000/v1"
    lab.check()
    for shown in (lab._status.value, lab._preview.value):
        assert "the key goes to 10.0.0.7 unencrypted (http)" in shown and CANARY not in shown
    lab.n_max = 3
    assert "unencrypted" in lab._status.value and "press Check again" in lab._status.value
    lab.base_url = "https://h.net/v1"
    lab.check()
    assert "unencrypted" not in lab._status.value + lab._preview.value


def test_the_table_is_saved_with_a_row_for_each_arm(lab, tmp_path):
    """Before a run the button says why not; after it the file has every arm of every context, and ``lab.table`` too."""
    lab.results.save_table()
    assert "no round yet" in lab.results.saved.value
    with pytest.raises(RuntimeError, match="no round yet"):
        _ = lab.table
    landed(lab)
    lab.results.table_file.value = "arms.txt"
    lab.results.save_table()
    assert "ends in .csv" in lab.results.saved.value
    lab.results.table_file.value = "mine.csv"
    lab.results.save_table()
    assert "Saved as mine.csv" in lab.results.saved.value
    with open(tmp_path / "mine.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(lab.table) == 3 * 6 * 4
    chosen = {r["context"]: (int(r["prompt"]), int(r["n"])) for r in rows if r["recommended"] == "yes"}
    assert chosen == {name: (arm.prompt, arm.n) for name, arm in lab.policy.items()}


def test_what_only_check_can_see_is_shown_there(lab):
    """Questions without right answers do not fit exact match: said at Check, nothing sent."""
    lab.questions = "What is 2 + 2?"
    lab.check()
    assert "needs the right answer" in lab._status.value and "alert" in lab._status.value
    assert lab.buttons["run"].disabled


def test_the_key_is_in_no_trait_text_or_file(lab, tmp_path):
    """A key typed for an endpoint of one's own reaches neither the screen, the state, nor the ledger."""
    landed(lab)
    lab.simulated = False
    lab.key._handle_custom_msg({"secret": CANARY}, [])
    lab.base_url, lab.model = lab.means.simulator.base_url, lab.means.simulator.model
    lab.run()
    lab.join(60)
    assert lab.state == "finished" and lab.key.secret.reveal() == CANARY
    shown = [repr(lab), repr(lab.env), str(lab.trait_values()), str(lab.key.get_state()), lab.results.policy.value]
    shown += [part.value for part in (lab._status, lab._preview, lab._progress, lab.results.examples)]
    assert CANARY not in "".join(shown)
    assert lab.env.finish(20)
    for file in tmp_path.iterdir():
        assert CANARY.encode() not in file.read_bytes()


def test_reset_twice_brings_the_form_back_and_keeps_the_ledger(lab):
    """Pictures and words are gone, what was paid for is not."""
    landed(lab)
    kept = len(lab.ledger)
    lab.n_max, lab.style = 2, "brevity"
    for _ in range(2):
        lab.reset()
        assert (lab.n_max, lab.style, lab.state) == (4, "none", "idle") and lab.results.policy.value == ""
    assert len(lab.ledger) == kept
    with pytest.raises(ValueError, match="press Run"):
        lab.figure()


def test_figure_repr_and_threads(lab):
    """The static twin is the elimination's; the repr is stable; closing leaves neither worker nor endpoint behind."""
    landed(lab)
    assert lab.figure().get_axes() and "Recommended: prompt" in lab.figure().alt
    assert repr(lab) == "LiveLab(simulated, algorithm='psst', budget=200, state='finished')"
    sim, watcher = lab.means.simulator, lab._watcher
    lab.close()
    assert not watcher.is_alive() and "stopped" in repr(sim)
