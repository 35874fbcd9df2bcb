"""Servers that repeat the key, in each way to write it, and a look for it in all that a run leaves behind."""

import base64
import html
import json
import re
import urllib.parse

from faulty import send

#: The key as a text may write it; what stands in JSON's source is written there, and not escaped once more.
WRITINGS = {
    "plain": lambda key: key,
    "json": lambda key: "".join(f"\\u{ord(c):04x}" for c in key),
    "percent": lambda key: "".join(f"%{ord(c):02x}" for c in key),
    "html": lambda key: "".join(f"&#{ord(c)};" for c in key),
    "base64": lambda key: base64.b64encode(f"me:{key}".encode()).decode(),
    "pieces": lambda key: " ".join(key),
}


def echo(key, writing, status):
    """A fault, as of a script: an error of that status, its headers too, that repeats the key."""

    def fault(http, body):
        text = WRITINGS[writing](key)
        named = {"x-request-id": text, f"x-{writing}": f"Bearer {text}"}
        send(http, status, f'{{"error": {{"message": "you sent {text}", "code": "{text}"}}}}', named)

    fault.__name__ = fault.__qualname__ = f"echo_{writing}_{status}"
    return fault


def echoed(key, writing):
    """What a server answers that repeats the key, for a script: 7 is the answer."""
    return f"You sent {json.loads(json.dumps(WRITINGS[writing](key)))}. The answer is 7."


def shown_in(key, *texts):
    """The ways in which the key stands in any of the texts."""
    letters = re.sub(r"[^A-Za-z0-9]", "", key)
    inner = base64.b64encode(f"me:{key}".encode()).decode()[4:-4]
    found = []
    for text in texts:
        resolved = re.sub(r"\\+u00([0-9a-fA-F]{2})", lambda each: chr(int(each[1], 16)), text)
        resolved = urllib.parse.unquote(html.unescape(resolved))
        found += [name for name, write in WRITINGS.items() if write(key) in text]
        found += ["base64"] * (inner in text) + ["resolved"] * (key in resolved)
        found += ["letters"] * (letters in re.sub(r"[^A-Za-z0-9]", "", resolved))
    return found


def files_in(folder, start=""):
    """The texts of all files in a folder whose names begin so."""
    return [path.read_bytes().decode("utf-8", "replace") for path in folder.iterdir() if path.name.startswith(start)]
