"""Checking an endpoint: a few cheap requests tell what it honours, and what they tell is used and kept."""

import pytest

from faulty import FaultyServer
from habits import HABITS, HabitServer
from iapo_widgets.cli import main
from iapo_widgets.live import Endpoint, EndpointError, Ledger, LimitReached, SimulatedEndpoint, SpendingLimit
from iapo_widgets.live.endpoint.abilities import abilities
from iapo_widgets.live.endpoint.check import CAP
from live_cases import new_ledger
from serving import ITSELF, SERVERS


def varied(messages, number):
    """Three words, in another order each time."""
    return f"fig {number % 7}, blue, Ulm {number}"


@pytest.mark.parametrize("habit", SERVERS, ids=lambda habit: habit.name)
def test_what_a_server_honours_is_found_out_within_the_cap(tmp_path, serving, habit):
    """Choices, parameters, usage and thought, in one table; the server's own count stays under the cap."""
    with serving(habit, varied) as server, new_ledger(tmp_path) as ledger:
        found = Endpoint(server.url, server.model).check(ledger=ledger)
        most = 1 if habit.many == "unnamed" else min(habit.choices, 8)
        assert found["answers"] == "yes" and found["n"] == ("honoured" if most == 8 else f"at most {most}")
        assert (found["seed"] == "refused") == ("seed" in habit.without)
        assert (found["temperature"] in ("refused", "0 is refused")) == ("temperature" in habit.without)
        assert found["limit"] == ("max_completion_tokens" if "max_tokens" in habit.without else "max_tokens")
        assert (found["thought"] == "yes") == (habit.thought in ("reasoning_content", "tags"))
        usage = {"all": "reported", "total": "reported", "one": "counts one choice of several"}
        counted = {usage.get(habit.counts, "missing or not credible")}
        # a real model may answer in so few tokens that one choice's count could be that of all
        assert found["usage"] in counted | ({"reported"} if habit is ITSELF else set())
        assert server.delivered <= ledger.spent().completions <= CAP.completions and ledger.open_calls() == 0
        assert found.spent == ledger.spent() and "found" in found._repr_html_() and server.model in str(found)
        if habit is ITSELF:
            named = ("model", "seed", "temperature")
            assert [found[name] for name in named] == [server.model, "honoured", "taken"]


def test_what_was_found_is_kept_in_the_ledger(tmp_path):
    """A process that opens the ledger later knows it without a request; here the memory of this one is emptied."""
    habit = next(habit for habit in HABITS if habit.name == "LiteLLM")
    with HabitServer(habit, varied) as server:
        with new_ledger(tmp_path) as ledger:
            Endpoint(server.url, server.model).check(ledger=ledger)
            path = ledger.path
        from iapo_widgets.live.endpoint import abilities as memory

        memory._known.clear()
        assert abilities(server.url, server.model).n > 1
        with Ledger(path) as ledger:
            from iapo_widgets.live.endpoint.calls import Caller

            known = Caller(Endpoint(server.url, server.model), ledger, SpendingLimit(completions=1)).abilities
            assert (known.n, known.shown, known.seed) == (1, True, False)


def test_a_check_ends_at_its_cap_and_where_nobody_answers():
    """The cap holds for the check; an endpoint that is not there is named."""
    with FaultyServer() as server:
        endpoint = Endpoint(server.url, server.model)
        with pytest.raises(LimitReached):
            endpoint.check(limit=SpendingLimit(tokens=10))
        assert server.delivered == 0
    with pytest.raises(EndpointError, match="nothing answers at"):
        Endpoint(server.url, "another").check()


def test_the_command_prints_the_table_and_errors_in_one_line(capsys):
    """Without a model's name the only one that the endpoint lists is checked."""
    with SimulatedEndpoint() as sim:
        assert main(["check", sim.base_url]) == 0
        out = capsys.readouterr().out
        assert sim.model in out and "honoured" in out and "reported" in out
    assert main(["check", sim.base_url, "--model", "m"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "nothing answers at" in error
