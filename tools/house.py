"""What the tools of this folder share: where the code is, and how they run things."""
import concurrent.futures
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
CODE_FOLDERS = ["src", "core", "services", "tests", "bench"]
JOBS = os.cpu_count() or 2


def files(*suffixes, folders=CODE_FOLDERS):
    """All files of these folders with one of these suffixes, sorted; hidden and built ones not."""
    found = []
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            parts = path.relative_to(ROOT).parts
            skipped = any(p.startswith(".") or p in ("node_modules", "build") for p in parts)
            if path.suffix in suffixes and path.is_file() and not skipped:
                found.append(path)
    return found


def name(path):
    """`path` as messages give it."""
    return str(path.relative_to(ROOT))


def is_generated(text):
    return "generated" in text.partition("\n")[0].lower()


def run(command, **options):
    """Runs a command in the root folder; its output and whether it succeeded."""
    result = subprocess.run(
        command, cwd=ROOT, text=True, errors="replace", stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, **options)
    return result.returncode == 0, result.stdout


def in_parallel(function, items, jobs=JOBS):
    """function(item) of each item, in their order."""
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(function, items))


TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/'
    r'|R"(?P<mark>[^()\s\\]{0,16})\(.*?\)(?P=mark)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-zA-Z_])'(?:\\.|[^'\\\n])+'", re.S)


def bare(text):
    """C++ `text` with comments blanked and literals replaced, every line in its place."""
    def blank(match):
        token = match.group()
        lines = "\n" * token.count("\n")
        return lines if token.startswith(("//", "/*")) else '""' + lines
    text = TOKEN.sub(blank, text)
    # Preprocessor lines have braces of their own.
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: "\n" * m.group().count("\n"), text,
                  flags=re.M)
