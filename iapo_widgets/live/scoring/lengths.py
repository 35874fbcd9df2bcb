"""How many words a reader counts in a text, also where no spaces stand between them."""

from __future__ import annotations

import re

# Chinese, Japanese: a sign is a word, as word processors count
_SIGNS = re.compile("[\u3041-\u3096\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31a0-\u31ff\u3400-\u9fff\uf900-\ufaff"
                    "\uff66-\uff9d\U00020000-\U0003ffff\u3005-\u3007]")  # fmt: skip
# Thai, Lao, Burmese, Khmer: their words have about four letters; the vowels and tones above and below are none
_LETTERS = re.compile("[\u0e01-\u0e30\u0e40-\u0e46\u0e81-\u0eb0\u0ec0-\u0ec6\u0edc-\u0edf\u1000-\u102a\u1780-\u17b3]")
_AROUND = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+")
LETTERS_OF_A_WORD = 4


def words_in(text: str) -> int:
    """What stands between spaces is a word, and so is each Chinese or Japanese sign; in Thai, Lao, Burmese and Khmer,
    which have no spaces between words, four letters are counted as one."""
    if text.isascii():
        return len(text.split())
    rest, signs = _SIGNS.subn(" ", text)
    runs = [run for run in _AROUND.findall(rest) if any(char.isalnum() for char in run)]
    unspaced = sum(max(1, round(len(_LETTERS.findall(run)) / LETTERS_OF_A_WORD)) for run in runs)
    between = _AROUND.sub(" ", rest).split()
    if not signs and not runs:
        return len(between)
    return signs + unspaced + sum(any(map(str.isalnum, word)) for word in between)  # marks are left of what was taken
