"""LiveLab by its traits and methods, on the simulated endpoint, over real HTTP."""

import pytest
import traitlets as t

from iapo_widgets import train
from iapo_widgets.live import SimulatedEndpoint
from iapo_widgets.widgets.live import means
from iapo_widgets.widgets.live.fields import FOLDED
from live_lab_cases import landed, wait_for

CANARY = "canary-key-0123456789"


def test_check_shows_what_will_be_sent_and_sends_nothing(lab):
    """The estimate and the requests are on screen; the simulated endpoint has delivered nothing."""
    assert lab.buttons["run"].disabled
    lab.check()
    assert "200 completions" in lab._preview.value and "up to 200 new ones" in lab._status.value
    assert "&quot;messages&quot;" in lab._preview.value
    assert "Checked; nothing was sent" in lab._status.value and not lab.buttons["run"].disabled
    assert lab.means.simulator.stats.delivered == 0 and len(lab.ledger) == 0


def test_a_size_is_the_labs_and_its_headings(lab):
    """Either may set it, for the button is the heading's; no third size is taken."""
    lab.display = "projector"
    assert lab._heading.display == "projector"
    lab._heading.display = "normal"
    assert lab.display == "normal"
    with pytest.raises(t.TraitError, match="display"):
        lab.display = "huge"


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
    assert train("psst", lab.env.with_(offline=True), 200, seed=0, reuse="subsets", paired=True).policy == first.policy
    landed(lab)
    assert lab.result.policy == first.policy and lab.ledger.spent() == spent
    assert "Simulated: no language model is asked" in lab._status.value


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


def test_few_fields_are_on_the_face_and_the_rest_is_folded(lab):
    """Whom to ask, two lists, budget and cap; all else lies behind one button, and Run folds the form away."""
    form = lab.form
    folded = {name for fields in FOLDED.values() for name, _, _ in fields}
    own = {"base_url", "model", "input_price", "output_price"}
    assert set(form.fields) - folded - own == {"whom", "prompts", "questions", "budget", "cap_completions"}
    for shown in (False, True, False):
        form.more.value = shown
        assert form._more.layout.display == (None if shown else "none")
    assert form.opener.value
    landed(lab)
    assert not form.opener.value and form._body.layout.display == "none"
    lab.reset()
    assert form.opener.value


def test_whom_to_ask_and_simulated_say_the_same(lab):
    """Either sets the other; fields of an endpoint of one's own are there for one alone; other words are refused."""
    for whom, simulated in (("local", False), ("endpoint", False), ("simulated", True)):
        lab.whom = whom
        assert lab.simulated is simulated and (lab.form._own.layout.display is None) is (whom == "endpoint")
        assert (lab.key.layout.display is None) is (whom == "endpoint")
    lab.simulated = False
    assert lab.whom == "endpoint"
    lab.simulated = True
    assert lab.whom == "simulated"
    with pytest.raises(t.TraitError, match="one of simulated, local, endpoint"):
        lab.whom = "nobody"


class Local(SimulatedEndpoint):
    """Stands in for a model of this machine: it is made, started and asked in the same way."""

    def __init__(self, name):
        super().__init__()
        self.name = name

    @property
    def running(self):
        """Whether it serves."""
        return self._server is not None


def test_a_model_of_this_machine_is_started_at_check_and_stopped_at_the_end(lab, monkeypatch):
    """It is asked few at a time and patiently; its answers are found again under another port; close stops it."""
    monkeypatch.setattr(means, "LocalModel", Local)
    lab.whom = "local"
    landed(lab)
    assert lab.state == "finished" and lab.means._simulator is None and lab.means.local.name == "smollm2"
    assert (lab.env.caller.pace.most, lab.env.endpoint.timeout) == (2, 600.0)
    assert "Simulated" not in lab._status.value and "on this machine" in lab.results.policy.notes[1]
    kept = len(lab.ledger)
    lab.means.local.stop()
    lab.means._local = None
    landed(lab)
    assert len(lab.ledger) == kept and lab.env.report().delivered == 0
    served = lab.means.local
    lab.close()
    assert not served.running


def test_a_model_that_is_not_there_is_told_at_check(lab, monkeypatch):
    """What is missing and how to get it; nothing can be run."""
    monkeypatch.setattr(means, "MODEL", "nowhere.gguf")
    lab.whom = "local"
    lab.check()
    assert "nowhere.gguf" in lab._status.value and "alert" in lab._status.value and lab.buttons["run"].disabled


def test_what_was_read_of_the_lists_is_told_at_once(lab):
    """How many, and the first as it will be sent, with its right answer; a text that can't be read says nothing."""
    lab.prompts, lab.questions = "Be brief. {query}\n---\n{query}", '{"question": "What is 2 + 3?", "answer": "5"}'
    assert "2 prompts" in lab.form.read["prompts"].value
    assert "Be brief. What is 2 + 3?" in lab.form.read["prompts"].value
    assert "1 question" in lab.form.read["questions"].value and "never sent: 5." in lab.form.read["questions"].value


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
    shown = [repr(lab), repr(lab.env), str(lab.trait_values()), str(lab.key.get_state())]
    shown += [str(part.get_state()) for part in (lab.results.policy, lab.answers, lab._heading)]
    shown += [part.value for part in (lab._status, lab._preview, lab._progress)]
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
        assert (lab.n_max, lab.style, lab.state) == (4, "none", "idle") and lab.results.policy.rows == []
        assert lab.answers is None
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
