"""Run by itself: files of one kind, made up or spoiled, read within 1 GB of address space.  See ``test_fuzzing``.

Every one must give a value or an error that is documented; anything else, or an end by a signal, fails.
"""

import io
import json
import pickle
import struct
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import small_environment
from iapo_widgets import Arm, Policy, Prompt, VoteThenBest, load
from iapo_widgets.core.saving import ARRAYS
from iapo_widgets.study.protocol import Study
from iapo_widgets.study.results import ResultsFile
from iapo_widgets.study.table import TABLES, Table

MEMORY = 2**30
FOLDER = Path(tempfile.mkdtemp())
many = settings(max_examples=150, deadline=None, derandomize=True, database=None)
STUDY = Study(("math",), ("psst",), (100,), runs=2)


def tried(read, name, content):
    """Read ``content`` from a file of that name; what comes of it is shown, for that must not fail either."""
    path = FOLDER / name
    path.write_bytes(content)
    try:
        repr(read(path))
    except ValueError as error:
        said = str(error)
        assert len(said) < 2_000 and all(c.isprintable() for c in said), said[:3_000]


HARMFUL = [
    10**400, -(10**30), 2**62, 10**6, 0, -1, 0.5, 1e308, True, None, "", "1", "__array__", "\x1b[31m", "\ud800", [], {},
]  # fmt: skip
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.sampled_from(HARMFUL)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
)
spoils = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 4), st.binary(max_size=6)), max_size=6)


def spoiled(content, edits):
    """``content`` with bytes replaced, taken out or put in at some places."""
    out = bytearray(content)
    for where, cut, new in edits:
        at = int(where * (len(out) + 1))
        out[at : at + cut] = new
    return bytes(out)


def places(content, path=()):
    """Where values stand in nested JSON, the whole included."""
    inside = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    return [path, *(place for name, value in inside for place in places(value, (*path, name)))]


def changed(data, content):
    """A copy of nested JSON in which one or two values are others, or gone."""
    content = {"all": json.loads(json.dumps(content))}
    for path in data.draw(st.lists(st.sampled_from(places(content)[1:]), min_size=1, max_size=2)):
        new, at = data.draw(st.sampled_from(HARMFUL) | values), content
        try:
            for name in path[:-1]:
                at = at[name]
            if len(path) > 1 and data.draw(st.integers(0, 9)) == 0:
                del at[path[-1]]
            else:
                at[path[-1]] = new
        except (LookupError, TypeError):  # what held it was changed before
            continue
    return content["all"]


def policy():
    """Policies: any bytes, a saved one spoiled, and one with other values in its fields."""
    env = small_environment(0)
    path = FOLDER / "good.json"
    prompts = {0: Prompt("{query}", 0.5, 0.9, 64, "Be brief."), 2: Prompt("Think. {query}")}
    Policy(env.contexts, [Arm(0, 2), Arm(2, None), Arm(0, 3)], prompts=prompts, strategy=VoteThenBest(0)).save(path)
    good = path.read_bytes()
    assert Policy.load(path)

    @many
    @given(st.binary(max_size=300), spoils, st.data())
    def run(content, edits, data):
        tried(Policy.load, "p.json", content)
        tried(Policy.load, "p.json", spoiled(good, edits))
        for _ in range(6):
            tried(Policy.load, "p.json", json.dumps(changed(data, json.loads(good))).encode())

    run()


def saved():
    """Saved environments: any bytes, a good one spoiled, other arrays, headers that lie, other words about it."""
    path = FOLDER / "good.npz"
    small_environment(0).save(path)
    good = path.read_bytes()
    with np.load(path) as found:
        arrays = {name: found[name] for name in ("about", *ARRAYS)}
    assert load(path)
    shapes = st.lists(st.sampled_from([0, 1, 2, 3, 6, -1, 2**20, 2**40, 2**62, "n"]), max_size=5)
    codes = st.sampled_from(["<f8", ">f4", "<i8", "|b1", "|O", "<U9", "|V8", "<M8[s]", "<c16", "f99", "|S4", "<f2"])

    def header(code, shape, fortran, version):
        text = repr({"descr": code, "fortran_order": fortran, "shape": tuple(shape)}).encode()
        size = struct.pack("<H" if version == 1 else "<I", len(text) + 1)
        return b"\x93NUMPY" + bytes([version, 0]) + size + text + b"\n"

    def member(data, name):
        kind = data.draw(st.integers(0, 7))
        if kind == 0:
            shape, fortran = data.draw(shapes), data.draw(st.booleans())
            return header(data.draw(codes), shape, fortran, data.draw(st.integers(1, 3))) + bytes(256)
        if kind == 1:
            return header(data.draw(values), data.draw(shapes), data.draw(scalars), 1) + bytes(64)
        if kind == 2:
            return b"\x93NUMPY\x01\x00" + struct.pack("<H", 9_000) + b"(" * 8_999 + b"\n"
        raw = io.BytesIO()
        array = arrays[name]
        if kind == 3 and name == "about":
            array = np.array(json.dumps(changed(data, json.loads(str(array)))))
        elif kind == 3:
            array = data.draw(st.sampled_from([array * 0 + 2**62, array[..., None], array - 5, np.float32(array)]))
        np.save(raw, array)
        return raw.getvalue()

    @many
    @given(st.binary(max_size=300), spoils, st.data())
    def run(content, edits, data):
        tried(load, "e.npz", content)
        tried(load, "e.npz", spoiled(good, edits))
        raw = io.BytesIO()
        packing = st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
        with zipfile.ZipFile(raw, "w", data.draw(packing)) as archive:
            for name in arrays:
                if data.draw(st.integers(0, 20)):
                    archive.writestr(f"{name}.npy", member(data, name))
        tried(load, "e.npz", raw.getvalue())

    run()


CLASS = b"cEnvs.catMV.catMV\nCategoricalMVEnv\n"
BEST = b"cEnvs.catBoN.catBoN\nCategoricalBoNEnv\n"
MAKE, DTYPE = b"cnumpy.core.multiarray\n_reconstruct\n", b"cnumpy\ndtype\n"
REAL = DTYPE + b"\x8c\x02f8\x89\x88\x87R(K\x03\x8c\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"


def text(value):
    """Instructions that push a text."""
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def whole(value):
    """Instructions that push a whole number."""
    return b"\x8a" + bytes([8]) + struct.pack("<q", value)


def array(shape, data, dtype=REAL):
    """Instructions that push an array of that shape and content."""
    made = MAKE + b"cnumpy\nndarray\nK\x00\x85C\x01b\x87R"
    sizes = b"(" + b"".join(map(whole, shape)) + b"t"
    return made + b"(K\x01" + sizes + dtype + b"\x89B" + struct.pack("<I", len(data)) + data + b"tb"


def record(fields, kind=CLASS):
    """Instructions that push a record with those fields."""
    return kind + b")\x81}(" + b"".join(text(k) + v for k, v in fields.items()) + b"ub"


def program(instructions):
    """A list of one thing as a whole pickle."""
    return b"\x80\x04]" + instructions + b"a."


def environment_fields(p=2, x=3, m=2):
    """Fields of a small published task, all in order."""
    half = np.full((p, x, m), 1 / m).tobytes()
    whole_type = REAL.replace(b"f8", b"i8")
    labels = np.zeros(x, dtype="<i8").tobytes()
    return {
        "cat_probs": array((p, x, m), half), "cat_probs_te": array((p, x, m), half),
        "answers": array((x,), labels, whole_type), "answers_te": array((x,), labels, whole_type),
        "cost_per_prompt": array((p,), np.ones(p).tobytes()), "N_max": whole(4),
        "cost_coeffs": b"}" + text("low") + b"G" + struct.pack(">d", 0.5) + b"s",
    }  # fmt: skip


def published():
    """Published files: any bytes, a good one spoiled, fields of other kinds, and programs of random instructions."""
    fields = environment_fields()
    good = program(record(fields))
    (FOLDER / "good.pkl").write_bytes(good)
    assert load(FOLDER / "good.pkl").n_queries == 6
    odd = st.one_of(
        st.builds(lambda v: pickle.dumps(v, protocol=4)[2:-1], values),
        st.builds(array, st.lists(st.sampled_from([0, 1, 2, 3, -1, 2**40]), max_size=4), st.binary(max_size=64)),
        st.sampled_from([
            record({"__array_interface__": b"N"}), record({"__float__": b"N"}), CLASS, REAL, MAKE, b"]", b"}", b")",
            whole(2**62), b"\x8a\xff" + b"\x7f" * 255, array((), bytes(8)), array((2, 3, 2), bytes(96)),
            array((2, 3, 2), np.full(12, np.nan).tobytes()), array((1, 1, 1), np.ones(1).tobytes()),
        ]),
    )  # fmt: skip
    steps = st.sampled_from([
        b"(", b"0", b"1", b"2", b"N", b"\x88", b"\x89", b"]", b"}", b")", b"l", b"d", b"t", b"\x85", b"\x86", b"\x87",
        b"a", b"e", b"s", b"u", b"b", b"R", b"\x81", b"\x92", b"\x93", b"\x94", b"q\x00", b"h\x00", b"h\x01",
        b"j\xff\xff\xff\x7f", b"r\xff\xff\xff\x7f", b"o", b"i\nx\n", b"P1\n", b"Q", b"\x82\x01", b"\x8f", b"\x90",
        b"\x91", b"\x96" + struct.pack("<Q", 2**62), b"\x97", b"\x98", b"\x8e" + struct.pack("<Q", 2**40),
        b"\x8b" + struct.pack("<i", 2**31 - 1), b"\x8b" + struct.pack("<i", -1), b"I" + b"9" * 5_000 + b"\n",
        b"L1L\n", b"F1e999\n", b"V\\ud800\n", b"S'a'\n", CLASS, BEST, MAKE, DTYPE, REAL, text("x"), text("__class__"),
        whole(3), b"cos\nsystem\n", b"cnumpy.core.multiarray\nscalar\n", b"C\x08" + bytes(8), b"K\x05",
    ])  # fmt: skip

    @many
    @given(st.binary(max_size=300), spoils, st.lists(steps, max_size=40), st.data())
    def run(content, edits, instructions, data):
        tried(load, "e.pkl", content)
        tried(load, "e.pkl", spoiled(good, edits))
        tried(load, "e.pkl", b"\x80\x04" + b"".join(instructions) + b".")
        tried(load, "e.pkl", program(record(fields)[:-2] + b"".join(instructions) + b"ub"))
        few = {k: data.draw(odd) if data.draw(st.integers(0, 4)) == 0 else v for k, v in fields.items()}
        tried(load, "e.pkl", program(record(few, data.draw(st.sampled_from([CLASS, BEST])))))

    run()


def named():
    """Files that are small and ask for much: depth, indices, sizes, sharing, names that numpy would look up."""
    twice = [b"]\x94(" + 2 * (b"j" + struct.pack("<I", i)) + b"e" for i in range(60)]  # the one before, two times
    doubling = b"]\x94" + b"".join(twice)
    fields = environment_fields()
    big = array((2**11, 2**6, 2**6), bytes(2**26))
    deep = b")" + b"\x85" * 90_000
    rows = {
        "a key nested deeply": b"\x80\x04}" + deep + b"Ns.",
        "a member of a set nested deeply": b"\x80\x04\x8f(" + deep + b"\x90.",
        "a value nested deeply": program(record({**fields, "prompts": deep})),
        "more instructions than there may be": b"\x80\x04" + b"]" * 3_000_000 + b".",
        "an index of the memo": b"\x80\x04]r\xff\xff\xff\x7f.",
        "sizes that are not there": b"\x80\x04\x8e" + struct.pack("<Q", 2**40) + b"x.",
        "a list in a list in a list, twice each": b"\x80\x04" + doubling + b".",
        "doubled lists for an array": program(record({**fields, "cat_probs": doubling})),
        "lists for arrays": program(record({**fields, "cat_probs": b"](" + b"](" + b"K\x01" * 700 + b"ee" + b"e"})),
        "an interface of numpy": program(record({**fields, "cat_probs": record({"__array_interface__": b"}"})})),
        "an interface in a field": program(record({**fields, "cost_per_prompt": record({"shape": b"}"})})),
        "a shape that lies": program(array((2**40,), bytes(8))),
        "a shape without an end": program(record({**fields, "answers": array((2**62, 0), b"")})),
        "classes that are far": program(record({**fields, "answers": array(
            (3,), np.full(3, 2**62, dtype="<i8").tobytes(), REAL.replace(b"f8", b"i8"))})),
        "an N without an end": program(record({**fields, "N_max": whole(2**62)})),
        "one array in many places": program(
            record({**fields, "cat_probs": big + b"\x94", "cat_probs_te": b"h\x00", "answers": b"h\x00"})),
        "a name for a terminal": program(record({"\x1b[2J" * 100_000: b"N"}) + b"0" + b"cx\n\x1b[31m\n"),
    }  # fmt: skip
    for name, content in rows.items():
        print(name, flush=True)
        path = FOLDER / "n.pkl"
        path.write_bytes(content)
        try:
            env = load(path)
        except ValueError as error:
            assert len(str(error)) < 1_000 and str(error).isprintable(), name
        else:
            assert env.exact_q().size, name
            assert name == "a value nested deeply", name  # of a field that nobody reads


def study():
    """Studies and tables: any bytes, good ones spoiled, and other values in their fields."""
    path = FOLDER / "good.jsonl"
    unit = {"environment": "math", "run": 0, "algorithm": "psst", "budget": 100, "acr": 0.5, "regret": 0.1,
            "spent": 90, "policy": {"low": [1, 2]}}  # fmt: skip
    ResultsFile(STUDY, path).add(("math", 0), [unit])
    good = path.read_bytes()
    head, line = good.splitlines()
    files = {p.name: p.read_bytes()[:2_000] for p in TABLES.iterdir() if p.is_file()}

    def results(path):
        return ResultsFile(STUDY, path).records

    @many
    @given(st.binary(max_size=300), spoils, st.data())
    def run(content, edits, data):
        tried(results, "s.jsonl", content)
        tried(results, "s.jsonl", spoiled(good, edits))
        lines = [json.dumps(changed(data, json.loads(text))).encode() for text in (head, line)]
        tried(results, "s.jsonl", b"\n".join([*lines, b""]))
        tried(results, "s.jsonl", b"\n".join([head, lines[1], b""]))
        one = data.draw(st.sampled_from(sorted(files)))
        for name, old in files.items():
            (FOLDER / name).write_bytes(old)
        for new in (content, spoiled(files[one], edits)):
            tried(lambda path: Table.read(path.parent), one, new)

    run()


if __name__ == "__main__":
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    {f.__name__: f for f in (policy, saved, published, named, study)}[sys.argv[1]]()
    print("all read")
