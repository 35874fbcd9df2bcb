"""What is chosen in LiveLab: a step back and forth, and a line of Python that makes a lab of the same choices."""

from unittest.mock import Mock

import pytest
import traitlets as t

from iapo_widgets.widgets import LiveLab
from live_lab_cases import landed

CANARY = "canary-key-0123456789"


def test_what_was_set_is_taken_back_and_done_again(lab):
    """A step for each choice, whoever made it; a new choice ends what could be done again; unknown ways do nothing."""
    asked = lab._heading._handle_custom_msg
    lab.form.fields["budget"].control.value = 300
    lab.algorithm = "uniform"
    asked({"travel": "back"}, None)
    assert (lab.budget, lab.algorithm, lab._heading.ways) == (300, "psst", ["back", "forth"])
    asked({"travel": "back"}, None)
    assert lab.budget == 200 == lab.form.fields["budget"].control.value and lab._heading.ways == ["forth"]
    for way in ("back", "sideways", None, ["forth"]):
        asked({"travel": way}, None)
    assert lab.budget == 200
    asked({"travel": "forth"}, None)
    assert lab.budget == 300
    lab.seed = 5
    assert lab._heading.ways == ["back"] and lab.algorithm == "psst"


def test_reset_is_one_step(lab):
    """Taken back it brings all choices again, and forth it sets them back again."""
    lab.budget, lab.n_max, lab.high = 300, 2, 0.5
    lab.check()
    lab.reset()
    lab._heading._handle_custom_msg({"travel": "back"}, None)
    assert (lab.budget, lab.n_max, lab.high) == (300, 2, 0.5)
    lab._heading._handle_custom_msg({"travel": "forth"}, None)
    assert (lab.budget, lab.n_max, lab.high) == (200, 4, 1.0)


@pytest.mark.parametrize("name", ["model", "base_url", "prompts", "questions", "pattern", "stop_at", "extra_body"])
def test_a_text_is_not_kept_for_a_step_back(lab, name):
    """A key that was pasted into any of them is gone with the next text or with Reset, whatever is taken back."""
    pasted = {"base_url": f"https://h.example/{CANARY}", "extra_body": f'{{"user": "{CANARY}"}}',
              "prompts": f"{CANARY} {{query}}"}  # fmt: skip
    usual = getattr(lab, name)
    for mend in (lambda: setattr(lab, name, usual), lab.reset):
        lab.budget = 300
        setattr(lab, name, pasted.get(name, CANARY))
        mend()
        lab.n_max = 2
        lab.reset()
        for way in ("back", "back", "back", "back", "forth", "forth", "back"):
            lab._heading._handle_custom_msg({"travel": way}, None)
            assert getattr(lab, name) == usual == lab.form.fields[name].control.value
            assert all(
                CANARY not in repr(part.get_state()) for part in (lab, lab._heading, lab.form.fields[name].control)
            )
        assert CANARY not in repr(vars(lab._choices._steps))
        assert lab._heading.ways == ["back", "forth"]


def test_texts_alone_give_no_step(lab):
    """Nothing is there to be taken back, and Undo stays shut."""
    lab.model, lab.pattern = "mine", "x"
    assert lab._heading.ways == []
    lab.reset()
    assert (lab._heading.ways, lab.model, lab.pattern) == ([], "", "")


def test_a_step_back_does_not_touch_run_or_key(lab):
    """What was learnt stays on screen, and the key in the kernel's memory."""
    lab.whom = "endpoint"
    lab.key._handle_custom_msg({"secret": CANARY}, None)
    lab.whom = "simulated"
    lab.budget = 100
    landed(lab)
    policy = lab.policy
    for _ in range(3):
        lab._heading._handle_custom_msg({"travel": "back"}, None)
    assert (lab.budget, lab.whom) == (200, "simulated") and lab.policy == policy and lab.state == "finished"
    assert lab.key.secret.reveal() == CANARY


def test_a_line_makes_a_lab_of_the_same_choices(lab, tmp_path):
    """Hostile words, lists and numbers come back; what is as usual is left out."""
    lab.prompts, lab.extra_body = 'Say "{query}"\n\\ \u2028', ""
    lab.cap_money, lab.stop_at, lab.algorithm, lab.whom = 1.5, '["\\n", "END"]', "frugal", "local"
    line = lab.link()
    assert "\n" not in line and "questions=" not in line and line.startswith(f'LiveLab("{tmp_path}/ledger.sqlite", ')
    with_same = eval(line, {"LiveLab": LiveLab})
    try:
        assert with_same._values() == lab._values() and with_same.means.path == lab.means.path
    finally:
        with_same.close()


def test_a_line_holds_no_key_and_no_typed_address(lab):
    """An address stands in it where the lab was made with it; a typed one is a variable, so that no other is asked."""
    lab.key._handle_custom_msg({"secret": CANARY}, None)
    lab.whom, lab.model = "endpoint", "mine"
    lab.base_url, lab.extra_body = f"https://{CANARY}.example/v1", '{"top_k": 20}'
    line = lab.link()
    assert CANARY not in line and "base_url=base_url, " in line and "extra_body=extra_body" in line
    given = LiveLab(lab.means.path, base_url="https://mine.example/v1")
    try:
        assert 'base_url="https://mine.example/v1"' in given.link()
        given.base_url = "https://other.example/v1"
        assert "base_url=base_url" in given.link()
        given._heading.send = sent = Mock()
        given._heading._handle_custom_msg({"link": True}, None)
        sent.assert_called_once_with({"link": given.link()})
    finally:
        given.close()


@pytest.mark.parametrize(
    ("url", "told"),
    [("https://h.example", True), ("https://h.example:8000/", True), ("http://localhost:8000/v1/", True),
     ("https://openrouter.ai/api/v1", True), ("https://api.groq.com/openai/v1", True),
     ("http://[::1]:8000/v1", True), (f"https://h.example/{CANARY}/v1", False),
     (f"https://h.example/v1/{CANARY}", False), ("https://h.example/v1?api-version=2024-06-01", False)],
)  # fmt: skip
def test_a_line_tells_no_address_that_could_hold_a_key(lab, url, told):
    """Even one that the lab was made with is a variable where it is more than a host and /v1; a body always is."""
    body = f'{{"user": "{CANARY}"}}'
    given = LiveLab(lab.means.path, base_url=url, extra_body=body)
    try:
        line = given.link()
        assert CANARY not in line and "extra_body=extra_body" in line
        assert (f'base_url="{url}"' in line, "base_url=base_url" in line) == (told, not told)
        with_same = eval(line, {"LiveLab": LiveLab, "base_url": url, "extra_body": body})
        assert with_same._values() == given._values()
        with_same.close()
    finally:
        given.close()


@pytest.mark.parametrize("name", ["token", "Bearer", "secret", "x-token", "hf_token", "aws_secret_access_key"])
def test_a_body_that_names_a_key_is_refused(lab, name):
    """At the door, without its value; the field that it was typed into is emptied."""
    body = f'{{"{name}": "{CANARY}"}}'
    with pytest.raises(t.TraitError, match=name) as caught:
        lab.extra_body = body
    assert CANARY not in str(caught.value) and lab.extra_body == ""
    field = lab.form.fields["extra_body"]
    field.control.value = body
    assert field.control.value == "" and name in field.error and CANARY not in field.error


def test_settings_named_by_tokens_are_no_keys(lab):
    """Tokens of a language model are not those that open a door."""
    lab.extra_body = body = '{"stop_token_ids": [2], "skip_special_tokens": true, "eos_token": "</s>"}'
    assert lab.extra_body == body
