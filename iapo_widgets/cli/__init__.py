"""The command ``iapo``: train, measure and fetch from a terminal."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..core.environment import CategoricalEnvironment
from ..core.naming import told_name
from ..core.strategies import STRATEGIES, Strategy, find_strategy
from ..core.training import ALGORITHMS, acr, train
from ..course.opening import handed_on, open_course
from ..course.terminal import Version, one_line, plain_output, say, unread
from ..live.local.weights import WEIGHTS, fetch_weights
from ..tasks.catalogue import GENERATED, PUBLISHED, RECORDED, SYNTHETIC, fetch, load
from .live import add_live

#: Options of ``iapo lab`` itself; whatever else it is given goes to JupyterLab.
LAB_OPTIONS = ("--copy-only", "--no-browser", "--jupyter", "-h", "--help")
#: What every algorithm is given apart from its options, and how.
NO_OPTIONS = {
    "seed": "use --seed", "budget": "use --budget or --budgets", "env": "use --env",
    "algorithm": "use --algorithm or --algorithms",
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``iapo``; returns the exit code: 0, 2 where the input was wrong, 128 and its number after a signal."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    lab = given[:1] == ["lab"]
    mine, theirs = handed_on(given[1:], LAB_OPTIONS) if lab else (given[1:], [])
    plain_output()
    options = _parser().parse_args([*given[:1], *mine])
    if lab:
        options.jupyter += theirs
    try:
        options.command(options)
        sys.stdout.flush()
    except (ValueError, OSError, MemoryError, RuntimeError, ImportError) as error:  # LiveError is a RuntimeError
        if isinstance(error, BrokenPipeError):
            return unread()
        print(f"iapo: {one_line(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("iapo: stopped; what was finished stands above, or in the folder of the study", file=sys.stderr)
        return 128 + 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="iapo", description="Inference-aware prompt optimization.")
    parser.add_argument("--version", action=Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    lab = commands.add_parser(
        "lab",
        help="copy the course to a folder and open it in JupyterLab",
        epilog="Any other option goes to JupyterLab.",
    )
    lab.add_argument(
        "folder", nargs="?", default="iapo-course", metavar="DIR", help="folder of your copies (iapo-course)"
    )
    lab.add_argument("--copy-only", action="store_true", help="copy, do not open")
    lab.add_argument("--no-browser", action="store_true", help="serve, and print the address instead of opening it")
    lab.add_argument(
        "--jupyter", action="append", default=[], metavar="OPTION", help="handed on: --jupyter=--port=9999; may repeat"
    )
    lab.set_defaults(command=_lab)

    export = commands.add_parser("export", help="write the students' copies of the lessons to a folder")
    export.add_argument("folder", metavar="DIR", help="folder of the copies; what is there is left as it is")
    export.add_argument(
        "--without-solutions", action="store_true", help="leave out solutions, outputs of exercises, teachers' notes"
    )
    export.add_argument(
        "--format", choices=["nbgrader", "otter"], help="sources for one of these tools, which grades the exercises"
    )
    export.set_defaults(command=_export)

    exam = commands.add_parser("exam", help="print a paper of questions on the course, or their answers, as Markdown")
    exam.add_argument("--questions", type=int, default=25, help="how many, spread over the course (25)")
    exam.add_argument("--seed", type=int, default=1, help="which questions, and which numbers in them (1)")
    exam.add_argument("--answers", action="store_true", help="the model answers to the same paper")
    exam.set_defaults(command=_exam)

    check = commands.add_parser("check-report", help="check the pages of capstone reports for their parts and numbers")
    check.add_argument("pages", nargs="+", metavar="FILE", help="a page that the capstone's report was saved as")
    check.set_defaults(command=_check_report)

    run = commands.add_parser("run", help="train once and print the policy")
    run.add_argument("--algorithm", default="psst", help=f"one of {', '.join(ALGORITHMS)}")
    run.add_argument("--budget", type=int, default=5_000, help="completions that training may draw (5000)")
    run.set_defaults(command=_run)

    bench = commands.add_parser("bench", help="measure ACR and regret over many splits")
    bench.add_argument("--algorithms", default="psst", help="names, separated by commas")
    bench.add_argument("--budgets", default="5000", help="completions, separated by commas")
    bench.add_argument("--runs", type=int, default=50, help="splits (50)")
    bench.set_defaults(command=_bench)

    known = f"{', '.join([*GENERATED, *RECORDED])}, or a file's path"
    for command, task in ((run, "real-words"), (bench, "math")):
        command.add_argument("--env", default=task, help=f"{known} ({task})")
        command.add_argument("--published", action="store_true", help="the authors' file instead of a generated one")
        command.add_argument("--strategy", help=f"in place of the environment's own: {', '.join(STRATEGIES)}")
        command.add_argument("--seed", type=int, default=0)
        command.add_argument("--json", action="store_true", help="one JSON object a line")
        command.add_argument(
            "--option", action="append", default=[], metavar="KEY=VALUE", help="option of the algorithm; may repeat"
        )

    study = commands.add_parser("study", help="run the paper's studies, or go on with them, and write their tables")
    study.add_argument("folder", metavar="DIR", help="folder of the results; one that holds some is gone on with")
    kinds = ["elimination", "sequential", "fourfold", "improved", "rivals", "stopping"]
    study.add_argument("--only", choices=kinds, help="one study")
    study.add_argument("--runs", type=int, help="fewer runs than the 200, 50 of rivals, 30 of arms that stop")
    study.add_argument("--jobs", type=int, default=-1, help="processes (-1: all cores)")
    study.add_argument("--published", action="store_true", help="the authors' files instead of generated ones")
    study.set_defaults(command=_study)

    add_live(commands)

    get = commands.add_parser(
        "fetch", help="download published files or a model's weights, check them, print their paths"
    )
    get.add_argument(
        "names", nargs="*", help=f"any of {', '.join([*PUBLISHED, *WEIGHTS])}; all published files without"
    )
    get.set_defaults(command=_fetch)
    return parser


def _lab(options: argparse.Namespace) -> None:
    from ..course.files import copy_course

    copied, kept = copy_course(options.folder)
    print(
        f"{len(copied)} files copied to {options.folder}" + (f", {len(kept)} of yours left as they are" if kept else "")
    )
    if options.copy_only:
        return
    arguments = ["--no-browser"] if options.no_browser else []
    ended = open_course(Path(options.folder), [*arguments, *options.jupyter])
    if ended:
        raise OSError(f"JupyterLab ended with code {ended}; its own message stands above")


def _export(options: argparse.Namespace) -> None:
    from ..course.files import copy_course

    if options.format:
        from ..course.grading import write_assignments

        if options.without_solutions:
            raise ValueError(
                "leave out --without-solutions: the tool itself takes solutions out of the students' copies"
            )
        written = write_assignments(options.folder, options.format)
        print(f"{len(written)} files for {options.format} in {options.folder}")
        return
    copied, kept = copy_course(options.folder, solutions=not options.without_solutions)
    how = " without solutions" if options.without_solutions else ""
    print(f"{len(copied)} files written to {options.folder}{how}")
    if kept:
        print(f"{len(kept)} were there and are left as they are: {', '.join(path.name for path in kept)}")


def _exam(options: argparse.Namespace) -> None:
    from ..course.exam import answered, asked, chosen

    questions = chosen(options.questions, options.seed)
    print((answered if options.answers else asked)(questions, options.seed))


def _check_report(options: argparse.Namespace) -> None:
    """A line a page, so that a class's reports are checked at once; the exit code tells whether all are whole."""
    from ..course.capstone import check_report  # only needed here

    verdicts = {path: check_report(path) for path in options.pages}
    for path, verdict in verdicts.items():
        say(f"{one_line(path)}: {one_line(verdict)}")
    if not all(verdict.right for verdict in verdicts.values()):
        raise ValueError("not every report is whole")


def _run(options: argparse.Namespace) -> None:
    env = load(options.env, options.published)
    env = env.with_(strategy=options.strategy) if options.strategy else env
    result = train(options.algorithm, env, options.budget, seed=options.seed, **_key_values(options.option))
    value = acr(result.policy, env)
    if options.json:
        policy = {c: arm.plain for c, arm in result.policy.items()}
        print(
            json.dumps(
                {
                    "policy": policy,
                    "spent": result.spent,
                    "acr": value,
                    "unreached": result.unreached,
                    "lost": result.lost,
                }
            )
        )
        return
    print(f"{env.name} ({env.note})" if env.note else env.name)
    for context, arm in result.policy.items():
        print(f"  {context:<12} prompt {arm.prompt:>3}  N = {arm.scale}  {told_name(env.prompts[arm.prompt])}".rstrip())
    print(f"spent {result.spent:,} of {options.budget:,} completions; ACR {value:.4f} on these queries")
    if result.rounds[-1].gaps:
        print(result.rounds[-1].gaps)


def _bench(options: argparse.Namespace) -> None:
    from ..study.bench import bench

    fresh = None if options.published else SYNTHETIC.get(options.env)
    strategy = find_strategy(options.strategy) if options.strategy else None
    if fresh is None:
        env: Any = load(options.env, options.published)
        env = env.with_(strategy=strategy) if strategy else env
    else:
        env = _asking(fresh, strategy) if strategy else fresh
    try:
        budgets = [int(b) for b in options.budgets.split(",")]
    except ValueError:
        raise ValueError(f"--budgets takes whole numbers separated by commas, not {options.budgets!r}") from None
    rows = bench(env, options.algorithms.split(","), budgets, options.runs, options.seed, _key_values(options.option))
    for row in rows:
        if options.json:
            print(json.dumps(row.record()), flush=True)
        else:
            print(row.told(), flush=True)


def _asking(
    fresh: Callable[[int], CategoricalEnvironment], strategy: Strategy
) -> Callable[[int], CategoricalEnvironment]:
    """A generator of environments, with another strategy."""
    return lambda seed: fresh(seed).with_(strategy=strategy)


def _study(options: argparse.Namespace) -> None:
    from ..study.engine import run_study
    from ..study.paper import paper_studies, tabulate

    folder = Path(options.folder)
    folder.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that the workers end, too
    records = {}
    for name, study in paper_studies(options.runs, options.published).items():
        if options.only in (None, name):
            budgets = ", ".join(map(str, study.budgets))
            arms = " of arms that stop" * study.stops
            say(f"{name}: {', '.join(study.algorithms)} at T = {budgets}, {study.runs} runs{arms}")
            records[name] = run_study(study, folder / f"{name}.jsonl", jobs=options.jobs)
    if options.only is None:
        tabulate(records, options.published).write(folder)
        say(f"cells.csv, comparisons.csv and about.json written to {folder}")


def _fetch(options: argparse.Namespace) -> None:
    for name in options.names or PUBLISHED:
        print(fetch_weights(name) if name in WEIGHTS else fetch(name), flush=True)


def _key_values(pairs: Sequence[str]) -> dict[str, Any]:
    """``["paired=true", "rho=0.2"]`` as ``{"paired": True, "rho": 0.2}``; what is no JSON is text."""
    out: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not (key.isidentifier() and equals):
            raise ValueError(f"--option takes KEY=VALUE, not {pair!r}")
        if key in NO_OPTIONS:
            raise ValueError(f"{key} is no option of an algorithm: {NO_OPTIONS[key]}")
        try:
            out[key] = json.loads(value)
        except json.JSONDecodeError:
            out[key] = value
        except RecursionError:
            raise ValueError(f"the value of --option {key} is nested too deeply") from None
    return out
