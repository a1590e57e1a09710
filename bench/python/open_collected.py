"""What other tools make of folders that `chiquito collect` made: classes, photos, and anything odd.

Usage: python open_collected.py FOLDER...

Each is a folder with a folder for each class; the tools are called as in layouts.py, each as its documentation calls it and
in a process of its own, as TensorFlow and PyTorch may not get on in one. Exits with 1 where one does not open a folder. A
tool that is not installed is named and left out.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ASKED = ('Hugging Face', 'Keras', 'torchvision', 'fastai')
SCRIPT = Path(__file__).with_name('layouts.py')


def ask(tool: str, folders: list[str]) -> list[dict]:
    """What it says when it is ready, then of each folder."""
    lines = ''.join(json.dumps({'folder': str(Path(folder).resolve())}) + '\n' for folder in folders)
    done = subprocess.run([sys.executable, str(SCRIPT), tool], input=lines, capture_output=True, text=True)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    if said:
        return said
    return [{'left out': (done.stderr.strip().splitlines() or ['ended without a word'])[-1]}]


def described(found: dict) -> str:
    if 'error' in found:
        return found['error']
    parts = ', '.join(f'{part} {count}' for part, count in found['parts'].items())
    note = f' ({found["note"]})' if found['note'] else ''
    return f'classes {", ".join(found["classes"]) or "none"}; photos: {parts}{note}'


def main(folders: list[str]) -> int:
    opened = True
    for tool in ASKED:
        ready, *answers = ask(tool, folders)
        if 'left out' in ready:
            print(f'{tool}: left out: {ready["left out"]}')
            continue
        print(f'{tool}: {", ".join(ready["ready"]["versions"])}')
        for folder, found in zip(folders, answers):
            print(f'  {folder}: {described(found)}')
        opened = opened and len(answers) == len(folders) and not any('error' in found for found in answers)
    return 0 if opened else 1


if __name__ == '__main__':
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
