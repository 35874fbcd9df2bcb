"""What a lesson tells, what its cells measured, and what the project keeps of longer runs."""

import re
from functools import cache

from course.answers import printed
from iapo_widgets.course.files import course_folder

SIGNED = re.compile(r"([+-]\d+\.\d+) ± (\d+\.\d+)")


def measured(lesson, words):
    """What a cell printed as ``name mean ± error``: the words before the mean -> (mean, error); words: of its code."""
    rows = {}
    for line in printed(lesson, words).splitlines():
        if found := re.fullmatch(r"(.*?)\s*([+-]?\d+\.\d+) ± (\d+\.\d+)\D*", line):
            rows[" ".join(found[1].split())] = float(found[2]), float(found[3])
    return rows


def columns(lesson, words):
    """What a cell printed as ``name +mean ± error  +mean ± error``: name -> its pairs; words: of its code."""
    found = {}
    for line in printed(lesson, words).splitlines():
        if pairs := SIGNED.findall(line):
            name = line[: SIGNED.search(line).start()].strip(" (:)").replace("library: ", "")
            found[name] = [(float(value), float(error)) for value, error in pairs]
    return found


def kept_rows(above):
    """Cells of the first table of the benchmarks below the words ``above``, a list a row, its head first."""
    text = (course_folder().parent / "benchmarks" / "README.md").read_text("utf-8").split(above, 1)[1]
    rows = text[text.index("\n|") + 1 :].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in row.split("|")[1:-1]] for row in rows if not row.startswith("|--")]


@cache
def kept_runs(task):
    """Mean regret and its standard error of the 200 kept runs on a recorded task: (algorithm, budget) -> both."""
    head, *rows = kept_rows(f"\n`{task}`, ")
    budgets = [int(cell.split("=")[-1].replace(",", "")) for cell in head[1:5]]
    found = {}
    for name, *cells in (row[:5] for row in rows):
        for budget, cell in zip(budgets, cells, strict=True):
            if cell:  # else it was not measured
                mean, error = re.fullmatch(r"(-?[\d.]+) \(([\d.]+)\)", cell).groups()
                found[name.split("`")[1], budget] = float(mean), float(error)
    return found
