"""Photo and picture sets that anyone can fetch, laid out as class folders, to see whether a recipe holds.

    python bench/python/sets.py [--out .cache/sets] [--keep .cache/packages] [NAME ...]

| set | from | classes | licence |
| --- | --- | --- | --- |
| stamps | Debian package tuxpaint-stamps-default | animals, food, plants, things, vehicles (photographs) | GPL-2 |
| lessons | Debian package gcompris-qt-data | fishes, monuments, energy, tools (photographs) | GPL-3+, CC |
| clipart | Debian package openclipart-png | eight subjects, at most 150 pictures each | public domain |
| faces | the file `lfw_subset` inside scikit-image (PyPI) | face, other; 25 x 25 pixels, grey | as scikit-image says |
| emoji | npm packages emoji-datasource-google, -twitter | eight subjects; train one maker, valid the other | Apache-2.0; CC-BY-4.0 |
| people | the same | man, woman (drawn people); train and valid as above | as above |

Nothing is taken from anywhere but apt, pip and npm, through their own clients. Exact copies are left out,
and so are mirrored and cartoon stamps. Each set gets a SOURCE.txt with its origin and licence.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
import struct
import subprocess
import sys
import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

# (split or '', class, file name, content)
Picture = tuple[str, str, str, bytes]


class Unavailable(Exception):
    """A set cannot be had here; the message says what is missing."""


# --- packages -----------------------------------------------------------------------------------------------


def run(command: list[str], folder: Path) -> None:
    tool = shutil.which(command[0])
    if tool is None:
        raise Unavailable(f'needs `{command[0]}`, which is not on this machine')
    done = subprocess.run([tool, *command[1:]], cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        tail = '\n'.join((done.stderr or done.stdout).strip().splitlines()[-3:])
        raise Unavailable(f'`{" ".join(command)}` failed: {tail}')


def debian(name: str, keep: Path) -> Path:
    """The unpacked files of a Debian package; needs apt-get and dpkg, but no rights to install."""
    folder = keep / name
    if not (folder / 'usr').is_dir():
        keep.mkdir(parents=True, exist_ok=True)
        run(['apt-get', 'download', name], keep)
        archives = sorted(keep.glob(f'{name}_*.deb'))
        if not archives:
            raise Unavailable(f'apt-get download {name} left no .deb file in {keep}')
        run(['dpkg', '-x', archives[-1].name, name], keep)
        archives[-1].unlink()
    return folder / 'usr' / 'share'


def npm(name: str, keep: Path) -> tarfile.TarFile:
    """The package's archive, opened."""
    archives = sorted(keep.glob(f'{name}-[0-9]*.tgz'))
    if not archives:
        keep.mkdir(parents=True, exist_ok=True)
        run(['npm', 'pack', '--silent', name], keep)
        archives = sorted(keep.glob(f'{name}-[0-9]*.tgz'))
    if not archives:
        raise Unavailable(f'npm pack {name} left no archive in {keep}')
    return tarfile.open(archives[-1])


def qt_resources(file: Path) -> dict[str, bytes]:
    """The files in a Qt resource archive (`qres`, versions 1 to 3), those stored plainly or with zlib."""
    data = file.read_bytes()
    if data[:4] != b'qres':
        raise Unavailable(f'{file} is no Qt resource archive')
    version, tree, contents, names = struct.unpack('>4I', data[4:20])
    entry_size = 14 if version < 2 else 22
    files: dict[str, bytes] = {}

    def walk(index: int, folder: str) -> None:
        entry = tree + entry_size * index
        name_at, flags = struct.unpack('>IH', data[entry : entry + 6])
        length = struct.unpack('>H', data[names + name_at : names + name_at + 2])[0]
        name = data[names + name_at + 6 : names + name_at + 6 + 2 * length].decode('utf-16-be')
        path = f'{folder}/{name}' if index else ''
        if flags & 2:  # a folder: how many children, and the first one's number
            count, first = struct.unpack('>II', data[entry + 6 : entry + 14])
            for child in range(first, first + count):
                walk(child, path)
            return
        at = contents + struct.unpack('>I', data[entry + 10 : entry + 14])[0]
        size = struct.unpack('>I', data[at : at + 4])[0]
        body = data[at + 4 : at + 4 + size]
        if flags & 1:  # zlib, after four bytes of size
            body = zlib.decompress(body[4:])
        if not flags & 4:  # zstd: none of the pictures
            files[path] = body

    walk(0, '')
    return files


# --- sets ---------------------------------------------------------------------------------------------------

STAMPS = {
    'animals': ['animals'],
    'food': ['food'],
    'plants': ['plants'],
    'things': ['household', 'hobbies', 'clothes', 'medical'],
    'vehicles': ['vehicles', 'military/vehicles'],
}
NO_STAMP = re.compile(r'/(cartoon|toys|plastic)/|_(mirror|flip|mirrorflip)\.png$')


def stamps(keep: Path) -> Iterator[Picture]:
    root = debian('tuxpaint-stamps-default', keep) / 'tuxpaint' / 'stamps'
    for label, folders in STAMPS.items():
        for folder in folders:
            for file in sorted((root / folder).rglob('*.png')):
                if not NO_STAMP.search(file.as_posix()):
                    yield '', label, file.name, file.read_bytes()


def lessons(keep: Path) -> Iterator[Picture]:
    root = debian('gcompris-qt-data', keep) / 'gcompris-qt' / 'rcc'
    classes = {'fishes': 'fishes', 'monuments': 'monuments', 'renewable': 'energy', 'tools': 'tools'}
    for path, body in sorted(qt_resources(root / 'categorization.rcc').items()):
        folder, name = path.split('/')[-2:]
        if folder in classes and name.endswith('.webp'):
            yield '', classes[folder], name, body


CLIPART = ('animals', 'buildings', 'computer/hardware', 'food', 'people', 'plants', 'recreation/music', 'transportation')
CLIPART_LIMIT = 150  # pictures a class: the largest holds 400, and the network has to see them all


def clipart(keep: Path) -> Iterator[Picture]:
    root = debian('openclipart-png', keep) / 'openclipart' / 'png'
    for folder in CLIPART:
        files = [f for f in (root / folder).rglob('*.png') if 'aiga' not in f.as_posix() and 'roadsign' not in f.as_posix()]
        files.sort(key=lambda f: hashlib.sha256(f.name.encode()).digest())  # an order without meaning
        for file in files[:CLIPART_LIMIT]:
            yield '', folder.rsplit('/', 1)[-1], file.name, file.read_bytes()


def faces(_keep: Path) -> Iterator[Picture]:
    try:
        import io

        import numpy
        from PIL import Image
        from skimage.data import lfw_subset
    except ImportError as missing:
        raise Unavailable(f'needs scikit-image and Pillow (pip install scikit-image pillow): {missing}') from missing
    for i, grey in enumerate(lfw_subset()):  # 100 faces, then 100 cut-outs without one
        body = io.BytesIO()
        Image.fromarray((numpy.clip(grey, 0, 1) * 255).astype('uint8')).save(body, 'PNG')
        yield '', 'face' if i < 100 else 'other', f'{i:03d}.png', body.getvalue()


MAKERS = {'train': 'google', 'valid': 'twitter'}
EMOJI = {
    'animals': r'animal-|monkey-face|cat-face',
    'clothing': r'clothing',
    'faces': r'face-(affection|concerned|neutral|smiling|sleepy|tongue|unwell|negative)',
    'food': r'food-|drink',
    'music and sport': r'^sport|musical-instrument|^game',
    'places': r'place-building|place-other|place-religious|place-geographic',
    'tools': r'tool|household|computer|science|medical|office|light & video',
    'transport': r'transport-(air|ground|water)',
}


def pictures_of(maker: str, keep: Path) -> Iterator[tuple[dict, bytes]]:
    """Every emoji that this maker draws: its record and its 64 x 64 PNG."""
    with npm(f'emoji-datasource-{maker}', keep) as archive:
        member = archive.extractfile('package/emoji.json')
        records = {e['image']: e for e in json.load(member) if e.get(f'has_img_{maker}')}
        for member in archive:
            name = member.name.rsplit('/', 1)[-1]
            if member.name.startswith(f'package/img/{maker}/64/') and name in records:
                yield records[name], archive.extractfile(member).read()


def emoji(keep: Path) -> Iterator[Picture]:
    for split, maker in MAKERS.items():
        for record, body in pictures_of(maker, keep):
            for label, pattern in EMOJI.items():
                if re.search(pattern, record['subcategory']):
                    yield split, label, f'{maker}-{record["image"]}', body
                    break


def people(keep: Path) -> Iterator[Picture]:
    for split, maker in MAKERS.items():
        for record, body in pictures_of(maker, keep):
            who = re.match(r'(man|woman)[-_]|(male|female)[-_]', record['short_name'])
            if who and record['category'] == 'People & Body' and record['subcategory'] != 'family':
                label = {'male': 'man', 'female': 'woman'}.get(who[2], who[1])
                yield split, label, f'{maker}-{record["image"]}', body


SETS: dict[str, tuple[Callable[[Path], Iterator[Picture]], str]] = {
    'stamps': (stamps, 'Debian package tuxpaint-stamps-default. GPL-2 (Tux Paint, Bill Kendrick and contributors).'),
    'lessons': (lessons, 'Debian package gcompris-qt-data, activity "categorization". See its copyright file.'),
    'clipart': (clipart, 'Debian package openclipart-png (openclipart.org). Public domain.'),
    'faces': (faces, 'scikit-image, data/lfw_subset.npy. See the licence note in scikit-image.'),
    'emoji': (emoji, 'npm emoji-datasource-google (Noto, Apache-2.0), emoji-datasource-twitter (Twemoji, CC-BY-4.0).'),
    'people': (people, 'npm emoji-datasource-google (Noto, Apache-2.0), emoji-datasource-twitter (Twemoji, CC-BY-4.0).'),
}


def lay_out(name: str, out: Path, keep: Path) -> dict[str, int]:
    """Writes one set; it appears under its name only when it is whole. Returns the pictures of each class."""
    make, source = SETS[name]
    part = out / f'{name}.part'
    shutil.rmtree(part, ignore_errors=True)
    seen: set[str] = set()
    counts: dict[str, int] = {}
    for split, label, file, body in make(keep):
        digest = hashlib.sha256(body).hexdigest()
        if digest in seen:
            continue
        seen.add(digest)
        folder = part / split / label
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / file
        if target.exists():  # the same name from two source folders
            target = folder / f'{digest[:8]}-{file}'
        target.write_bytes(body)
        counts[f'{split}/{label}'.lstrip('/')] = counts.get(f'{split}/{label}'.lstrip('/'), 0) + 1
    if len(counts) < 2:
        raise Unavailable(f'expected at least two classes, found {sorted(counts)}: its layout must have changed')
    (part / 'SOURCE.txt').write_text(source + '\n')
    shutil.rmtree(out / name, ignore_errors=True)
    part.rename(out / name)
    return counts


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('names', nargs='*', metavar='NAME', help=f'which sets (all): {", ".join(SETS)}')
    parser.add_argument('--out', type=Path, default=Path('.cache/sets'))
    parser.add_argument('--keep', type=Path, default=Path('.cache/packages'), help='where downloads stay')
    options = parser.parse_args()
    unknown = [n for n in options.names if n not in SETS]
    if unknown:
        parser.error(f'no such set: {", ".join(unknown)} (there are {", ".join(SETS)})')
    options.out.mkdir(parents=True, exist_ok=True)
    failed = 0
    for name in options.names or SETS:
        try:
            counts = lay_out(name, options.out, options.keep.resolve())
            print(f'{name}: {sum(counts.values())} pictures; {json.dumps(counts)}', flush=True)
        except Unavailable as why:
            failed += 1
            print(f'{name}: skipped: {why}', file=sys.stderr, flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
