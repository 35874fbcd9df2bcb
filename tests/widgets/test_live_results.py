"""What a live run of LiveLab has found and may cost: words, caps, ledgers, files, and Python that deploys it."""

import csv
import re

import pytest

from iapo_widgets import Policy
from iapo_widgets.live import Ledger
from iapo_widgets.widgets import html_fragment
from iapo_widgets.widgets.live.report import spent_words
from live_lab_cases import landed, wait_for


def test_what_came_is_told_in_words(lab):
    """Spending against the caps, the policy with its prompts, what may be reported, and Python to deploy it."""
    landed(lab)
    came = f"{lab.ledger.spent().completions:,} were asked for now"
    wait_for(lambda: came in lab._progress.value and "0 requests in flight" in lab._progress.value)
    board, spent = lab.results.policy, lab.ledger.spent()
    assert f"{spent.completions:,} of at most 2,000 answers" in board.notes[1] and "is simulated" in board.notes[1]
    assert [row[0].split(":")[0] for row in board.rows] == ["low", "mid", "high"]
    assert [row[2] for row in board.rows] == [str(arm.n) for arm in lab.policy.values()]
    assert all(row[1].startswith(f"{arm.prompt}: ") for row, arm in zip(board.rows, lab.policy.values(), strict=True))
    assert "highest of 24" in board.notes[0] and "Policy.load('policy.json')" in board.recipe
    assert board.table_text.count("\n") == 2 + 3


def test_what_all_prompts_share_is_told_once(lab):
    """The temperature of all stands above the answers, and in no name on the board, in the race or in the policy."""
    lab.temperature = 0.7
    landed(lab)
    assert lab.answers._about["shared"] == "Every prompt is asked at temperature 0.7."
    names = [row["name"] for row in lab.answers._page["rows"]] + [row["called"] for row in lab.answers._page["rows"]]
    names += [row[1] for row in lab.results.policy.rows] + lab.results._race.children[0]._about["told"]
    assert len(names) > 12 and not any("0.7" in name for name in names)


def test_money_is_told_against_its_cap_where_prices_are_known(lab):
    """In dollars with the cap; without prices, that nobody knows."""
    lab.input_price, lab.output_price, lab.cap_money = 0.15, 0.6, 1.0
    landed(lab)
    assert f"${lab.ledger.spent().money:,.4f} of at most $1.00" in lab.results.policy.notes[1]
    lab.simulated, lab.model, lab.base_url = False, "m", "http://127.0.0.1:9/v1"
    lab.input_price = lab.output_price = lab.cap_money = 0.0
    lab.check()
    told = spent_words(lab.env, lab.env.report().spent)
    assert "money not known, for the endpoint's prices are not given" in told and "$" not in told


def test_the_text_that_deploys_the_policy_runs_as_it_stands(lab, capsys):
    """Pasted behind a Save policy it answers one of the questions, on the lab's endpoint and ledger."""
    lab.style = "brevity"
    landed(lab)
    lab.results.save()
    before = lab.ledger.spent().completions
    exec(lab.results.policy.recipe, {})
    said = capsys.readouterr().out
    assert f"[low: {lab.policy['low'].prompt}: " in said and f"N = {lab.policy['low'].n}" in said
    assert "[...]" not in lab.results.policy.recipe and lab.ledger.spent().completions >= before


def test_best_of_n_is_deployed_by_a_score_that_needs_no_right_answer(lab, capsys):
    """The text chooses by the second objective, since a new question has no right answer."""
    lab.style, lab.strategy = "brevity", "best-of-n"
    landed(lab)
    assert "select=Brevity(" in lab.results.policy.recipe
    lab.results.save()
    exec(lab.results.policy.recipe, {})
    assert f"[low: {lab.policy['low'].prompt}: " in capsys.readouterr().out


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


def test_a_cap_ends_the_run_and_is_told(lab):
    """Check foresees it, no more than the cap is asked for, and the words say what to do."""
    lab.cap_completions = 50
    lab.check()
    assert "The cap of 50: it will end the run early, after 50 of these" in lab._status.value
    lab.run()
    lab.join(60)
    assert lab.env.finish(20)
    assert lab.state == "failed" and "spending limit in completions is reached" in lab._status.value
    assert lab.means.simulator.stats.delivered <= 50
    with pytest.raises(RuntimeError, match="spending limit"):
        _ = lab.result


def test_a_met_cap_and_a_paid_run_are_told_apart_and_a_new_ledger_starts_anew(lab, tmp_path):
    """What is paid for needs no cap; New ledger leaves the old file as it is, and then the same cap ends the run."""
    landed(lab)
    first, paid = lab.ledger.path, len(lab.ledger)
    lab.cap_completions = 100
    lab.check()
    assert f"All {paid:,} answers of this run lie in the ledger" in lab._status.value
    landed(lab)
    assert lab.state == "finished"
    lab.renew()
    assert lab.ledger.path == tmp_path / "ledger-2.sqlite" and len(lab.ledger) == 0
    assert "stays in ledger.sqlite" in lab._status.value and lab.buttons["run"].disabled
    lab.check()
    assert "The cap of 100: it will end the run early" in lab._status.value
    landed(lab)
    assert lab.state == "failed" and len(lab.ledger) <= 100
    with Ledger(first) as old:
        assert len(old) == paid
    lab.renew()
    assert lab.ledger.path.name == "ledger-3.sqlite"


def test_check_tells_what_is_paid_for_after_a_stop(lab):
    """Some answers of the run are in the ledger, the rest would be new; the sum is the budget."""
    lab.cap_completions = 60
    landed(lab)
    lab.cap_completions = 2_000
    lab.check()
    found = re.search(r"([\d,]+) answers of this run lie in the ledger .* up to ([\d,]+) new ones", lab._status.value)
    assert found and 0 < int(found[1]) <= 60 and int(found[1]) + int(found[2]) == 200


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


def test_a_page_has_no_form_and_asks_for_none(lab):
    """A lab that ran nowhere says so, one that ran says how that ended; the key's field is in neither page."""
    lab.whom = "endpoint"
    page = html_fragment(lab)
    assert "nobody did before this page was made" in page and "Fill in the form" not in page
    lab.whom = "simulated"
    landed(lab)
    lab.whom = "endpoint"
    wait_for(lambda: lab.state == "finished")
    later = html_fragment(lab)
    assert "nobody did" not in later and "n_frames" in later
    assert not [text for text in (page, later) if "iapo-secret-" in text or "Use key" in text]
