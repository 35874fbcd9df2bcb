"""SecretField: a key goes in by a message, and out to the client only."""

import pickle

import pytest

from iapo_widgets.widgets.live.secret_field import SecretField

CANARY = "canary-key-0123456789"


@pytest.fixture(autouse=True)
def no_keys(monkeypatch):
    """Without the keys of whoever runs the tests, and away from Binder."""
    for name in ("IAPO_API_KEY", "OPENAI_API_KEY", "BINDER_SERVICE_HOST", "BINDER_REQUEST"):
        monkeypatch.delenv(name, raising=False)


def typed(field, content):
    """What arrives when the browser sends it."""
    field._handle_custom_msg(content, [])


def test_a_typed_key_is_held_and_shown_to_nobody():
    """It is in ``secret`` alone: no trait, no repr, no state, and the message that brought it is emptied."""
    field, content = SecretField(), {"secret": CANARY}
    assert field.secret is None and not field.held
    typed(field, content)
    assert field.secret.reveal() == CANARY and field.held and "secret" not in content
    shown = [repr(field), repr(field.secret), str(field.get_state()), str(field.trait_values())]
    assert CANARY not in "".join(shown)
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(field.secret)


def test_forget_drops_it_and_a_bad_one_changes_nothing():
    """Text with spaces is refused without being repeated; the last good key stays until it is forgotten."""
    field = SecretField()
    typed(field, {"secret": CANARY})
    typed(field, {"secret": "two words"})
    assert field.secret.reveal() == CANARY and "printable" in field.said and "two words" not in field.said
    typed(field, {"forget": True})
    assert field.secret is None and not field.held


def test_a_key_of_the_environment_is_found_and_named_by_its_variable(monkeypatch):
    """The variable is said, the key is not."""
    monkeypatch.setenv("IAPO_API_KEY", CANARY)
    field = SecretField()
    assert field.secret.reveal() == CANARY
    assert "IAPO_API_KEY" in field.said and CANARY not in field.said


def test_binder_is_warned_of(monkeypatch):
    """On the public service the field says not to type a key; elsewhere it does not."""
    assert SecretField().warning == ""
    monkeypatch.setenv("BINDER_SERVICE_HOST", "10.0.0.1")
    assert "Do not type a key here" in SecretField().warning
