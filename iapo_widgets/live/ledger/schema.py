"""What stands in a ledger's file: its tables, in every version of the format."""

from __future__ import annotations

APPLICATION = 0x4941504F  # "IAPO" in SQLite's field for the kind of file
VERSION = 3

# charge is a journal.  A row with call 0 reserves before a request leaves; a row that names its id settles it, with the
# difference.  What was spent is the sum of all rows, so that a reservation that nobody settled stays charged.
# total holds the sum up to a row now and then, so that opening a large ledger need not add up all of it.
# A completion without a sample index is spare: delivered and paid for, but not asked for, or a copy of another.
FIRST = """
CREATE TABLE request (
    id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE,
    endpoint TEXT NOT NULL, model TEXT NOT NULL, settings TEXT NOT NULL, messages TEXT NOT NULL
) STRICT;
CREATE TABLE charge (
    id INTEGER PRIMARY KEY AUTOINCREMENT, call INTEGER NOT NULL, what TEXT NOT NULL,
    completions INTEGER NOT NULL, tokens INTEGER NOT NULL, picos INTEGER NOT NULL, at REAL NOT NULL
) STRICT;
CREATE TABLE total (
    charge INTEGER PRIMARY KEY, completions INTEGER NOT NULL, tokens INTEGER NOT NULL, picos INTEGER NOT NULL
) STRICT;
CREATE TABLE completion (
    id INTEGER PRIMARY KEY, request INTEGER NOT NULL REFERENCES request, sample INTEGER, call INTEGER NOT NULL,
    text TEXT NOT NULL, finish_reason TEXT, prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL,
    picos INTEGER NOT NULL, cost_reported INTEGER NOT NULL, request_id TEXT, fingerprint TEXT, at REAL NOT NULL{more},
    UNIQUE (request, sample)
) STRICT;
"""
# thought: reasoning apart from the answer.  whole_prompt: tokens of the request's whole prompt, of which prompt_tokens
# is this completion's share.  model: what the reply called itself.
COLUMNS_2 = ("thought TEXT", "whole_prompt INTEGER", "model TEXT")
# ability: what was found about an endpoint's model; the newest row of a name counts.
# address: from then on what is asked of one address is kept under another; the newest row of an address counts.
# reply_model: every model that replies named, so that they are known without reading all completions.
# A call that was released may still be settled by the process that made it; the index finds those few.
TABLES_2 = """
CREATE TABLE ability (
    id INTEGER PRIMARY KEY, endpoint TEXT NOT NULL, model TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
    at REAL NOT NULL
) STRICT;
CREATE TABLE address (
    id INTEGER PRIMARY KEY, address TEXT NOT NULL, same_as TEXT NOT NULL, at REAL NOT NULL
) STRICT;
CREATE TABLE reply_model (
    id INTEGER PRIMARY KEY, endpoint TEXT NOT NULL, model TEXT NOT NULL, named TEXT NOT NULL, at REAL NOT NULL,
    UNIQUE (endpoint, model, named)
) STRICT;
CREATE INDEX charge_released ON charge (call) WHERE what = 'released';
"""
# task: what belongs together, as an environment asks it: prompts, users, scorers; pairs: of prompt and question.
# question_list: questions and right answers, which many tasks share.
TABLES_3 = """
CREATE TABLE question_list (
    id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, text TEXT NOT NULL, at REAL NOT NULL
) STRICT;
CREATE TABLE task (
    id INTEGER PRIMARY KEY, questions INTEGER NOT NULL REFERENCES question_list, pairs INTEGER NOT NULL,
    text TEXT NOT NULL, at REAL NOT NULL
) STRICT;
"""
#: Tables that each version added.
NEW = {
    1: ("request", "charge", "total", "completion"),
    2: ("ability", "address", "reply_model"),
    3: ("question_list", "task"),
}


def append_only(table: str) -> list[str]:
    """Statements that keep anybody from changing what is in a table."""
    return [
        f"CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table}"
        " BEGIN SELECT RAISE(ABORT, 'a ledger is append only'); END"
        for verb in ("UPDATE", "DELETE")
    ]


def statements(version: int = VERSION) -> list[str]:
    """Every statement that makes a ledger of that version."""
    more = "" if version == 1 else ", " + ", ".join(COLUMNS_2)
    scripts = {1: FIRST.replace("{more}", more), 2: TABLES_2, 3: TABLES_3}
    return [statement for number in range(1, version + 1) for statement in _added(scripts[number], number)]


def additions(version: int) -> list[str]:
    """What makes the version after ``version`` of it, but for the values of old rows."""
    if version == 1:
        return [f"ALTER TABLE completion ADD COLUMN {column}" for column in COLUMNS_2] + _added(TABLES_2, 2)
    return _added(TABLES_3, 3)


def _added(script: str, version: int) -> list[str]:
    return _split(script) + [trigger for table in NEW[version] for trigger in append_only(table)]


def _split(script: str) -> list[str]:
    return [statement.strip() for statement in script.split(";\n") if statement.strip()]
