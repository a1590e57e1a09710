"""What other tools make of folders that `chiquito collect` made: classes, photos, and anything odd.

Usage: python open_collected.py FOLDER...

Each is a folder with a folder for each class; the tools are called as in layouts.py, each as its documentation calls it.
Exits with 1 where one does not open a folder. A tool that is not installed is named and left out.
"""

from __future__ import annotations

import contextlib
import sys
from importlib.metadata import version
from pathlib import Path

from layouts import TOOLS, answer

ASKED = ('Hugging Face', 'Keras', 'torchvision', 'fastai')


def told(name: str, tool, folder: Path) -> bool:
    found = answer(tool, {'folder': str(folder)})
    if 'error' in found:
        print(f'  {name}: {found["error"]}')
        return False
    parts = ', '.join(f'{part} {count}' for part, count in found['parts'].items())
    note = f' ({found["note"]})' if found['note'] else ''
    print(f'  {name}: classes {", ".join(found["classes"]) or "none"}; photos: {parts}{note}')
    return True


def main(folders: list[str]) -> int:
    tools = {}
    for name in ASKED:
        kind = TOOLS[name]
        try:
            with contextlib.redirect_stdout(sys.stderr):
                tools[name] = kind()
            print(f'{name}: {", ".join(f"{each} {version(each)}" for each in kind.packages)}')
        except ImportError as error:
            print(f'{name}: left out: {error}')
    opened = True
    for folder in folders:
        print(folder)
        for name, tool in tools.items():
            opened = told(name, tool, Path(folder)) and opened
    return 0 if opened else 1


if __name__ == '__main__':
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
