"""Plants faults among clean photos, for `bench doctor`: what a tool finds of them, and what it says of the clean ones.

    python bench/python/plant.py --out DIR [--seed 0] [--plants 2] [--photos 500] [--each 20] SOURCE...

SOURCE is a folder of photos, or a .tar/.tgz of them; each is one set, and photos are taken evenly from all of them. Clean is a
photo whose file is whole, upright, of the right extension, one frame, without a place or a name in EXIF, in colour, with sides of
at least 100 pixels and at most 2 to 1, and that is no copy of another one (pHash of it and of its mirror image more than 6 away:
up to there all pairs in public sets were found to be true copies).

Writes for each plant, 0 and up, of photos that no other plant has:

    DIR/0/photos/        one folder: clean photos byte for byte, and the planted ones, under names that say nothing
    DIR/0/division/      train/SET and valid/SET: clean photos, copies of them on the other side than their original
    DIR/0/truth.json     {"seed", "clean": [file], "faults": [{"file", "fault", "of"}], "family": {file: number},
                          "pairs": [{"train", "valid", "fault"}], "sets": {set: photos}}
    DIR/sources.json     {set: {"files", "exact_copies", "not_clean", "near_copies", "clean"}}: what was passed over, and why

`of` is the photo that a copy is of; photos with faults of their own come from photos that are not among the clean ones, so that
they are copies of none. Files of one family come from one photo: what pairs them is right, what pairs two families is not. Same
seed, same bytes (with the same Pillow).
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import random
import shutil
import sys
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps
from scipy.fft import dctn

Image.MAX_IMAGE_PIXELS = 100_000_000

EXTENSIONS = {'JPEG': ('.jpg', '.jpeg'), 'PNG': ('.png',), 'WEBP': ('.webp',)}
ENDS = {'JPEG': b'\xff\xd9', 'PNG': b'IEND\xaeB`\x82'}
SMALLEST, WIDEST = 100, 2.0
LONGEST = 1600  # pixels: what is planted stays quick to read
COPY = 6  # bits of 64: below this, photos are copies
ARTIST, COPYRIGHT, GPS, ORIENTATION = 0x013B, 0x8298, 0x8825, 0x0112


# --- clean photos -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Clean:
    set: str
    extension: str
    data: bytes

    def open(self) -> Image.Image:
        """RGB, on white where it is clear, at most LONGEST pixels long."""
        image = Image.open(io.BytesIO(self.data))
        if image.mode in ('P', 'LA', 'PA', 'RGBA'):
            clear = image.convert('RGBA')
            image = Image.alpha_composite(Image.new('RGBA', clear.size, 'white'), clear)
        image = image.convert('RGB')
        image.thumbnail((LONGEST, LONGEST))
        return image


def files_of(source: Path) -> Iterator[tuple[str, bytes]]:
    """Names and contents, in an order that does not hang on the file system."""
    if source.is_dir():
        for path in sorted(p for p in source.rglob('*') if p.is_file()):
            yield path.name, path.read_bytes()
        return
    with tarfile.open(source) as archive:
        for member in sorted((m for m in archive if m.isfile()), key=lambda m: m.name):
            body = archive.extractfile(member)
            if body is not None:
                yield member.name, body.read()


def is_clean(extension: str, data: bytes) -> bool:
    try:
        image = Image.open(io.BytesIO(data))
        if extension not in EXTENSIONS.get(image.format or '', ()) or getattr(image, 'n_frames', 1) > 1:
            return False
        if image.format in ENDS and not data.rstrip(b'\0').endswith(ENDS[image.format]):
            return False
        exif = image.getexif()
        if exif.get(ORIENTATION, 1) != 1 or any(tag in exif for tag in (ARTIST, COPYRIGHT, GPS)):
            return False
        short, long = sorted(image.size)
        if short < SMALLEST or long > WIDEST * short:
            return False
        small = np.asarray(Clean('', '', data).open().resize((64, 64))).astype(int)
    except Exception:  # noqa: BLE001 whatever Pillow says of a file that it cannot read
        return False
    chroma = small.max(2) - small.min(2)
    return float(np.percentile(chroma, 99)) >= 24


def phashes(image: Image.Image) -> list[np.ndarray]:
    """64 bits of the photo, and of its mirror image: signs of its 8 by 8 lowest frequencies against their median."""
    grey = np.asarray(image.convert('L').resize((32, 32), Image.Resampling.LANCZOS)).astype(float)
    low = [dctn(g)[:8, :8] for g in (grey, grey[:, ::-1])]
    return [(part > np.median(part)).ravel() for part in low]


Counts = dict[str, dict[str, int]]


def clean_photos(sources: list[Path], random_: random.Random) -> tuple[list[list[Clean]], Counts]:
    """Those of each source, in an order by chance; and of each set how many files were passed over, and why."""
    seen: set[str] = set()
    hashes = np.zeros((0, 64), bool)
    sets: list[list[Clean]] = []
    counts: Counts = {}
    for source in sources:
        name = source.name.split('.')[0]
        photos = []
        passed = counts[name] = {'files': 0, 'exact_copies': 0, 'not_clean': 0, 'near_copies': 0, 'clean': 0}
        for file, data in files_of(source):
            extension = Path(file).suffix.lower()
            digest = hashlib.sha256(data).hexdigest()
            passed['files'] += 1
            if digest in seen:
                passed['exact_copies'] += 1
                continue
            seen.add(digest)
            if not is_clean(extension, data):
                passed['not_clean'] += 1
                continue
            photo = Clean(name, extension, data)
            own, mirrored = phashes(photo.open())
            if any(((hashes != each).sum(1) <= COPY).any() for each in (own, mirrored)):
                passed['near_copies'] += 1
                continue
            hashes = np.vstack([hashes, own])
            photos.append(photo)
            passed['clean'] += 1
        print(f'{name}: {json.dumps(passed)}', file=sys.stderr, flush=True)
        random_.shuffle(photos)
        sets.append(photos)
    return sets, counts


def in_turn(sets: list[list[Clean]]) -> list[Clean]:
    """One of each set after the other, so that the first N hold about as many of each."""
    turns = range(max(map(len, sets), default=0))
    return [photos[turn] for turn in turns for photos in sets if turn < len(photos)]


# --- writing ------------------------------------------------------------------------------------------------


def jpeg(image: Image.Image, quality: int = 88, **more) -> bytes:
    body = io.BytesIO()
    image.save(body, 'JPEG', quality=quality, **more)
    return body.getvalue()


def encoded(image: Image.Image, kind: str, **more) -> bytes:
    body = io.BytesIO()
    image.save(body, kind, **more)
    return body.getvalue()


Made = tuple[str, bytes]  # extension and content


def plain(change: Callable[[Image.Image, random.Random], Image.Image]) -> Callable[[Image.Image, random.Random], Made]:
    return lambda image, r: ('.jpg', jpeg(change(image, r)))


def font(size: float):
    return ImageFont.load_default(max(8, round(size)))


# --- copies -------------------------------------------------------------------------------------------------


def crop(share: float):
    """So much of each side, from a place by chance."""

    def change(image: Image.Image, r: random.Random) -> Image.Image:
        width, height = round(image.width * share), round(image.height * share)
        x, y = r.randint(0, image.width - width), r.randint(0, image.height - height)
        return image.crop((x, y, x + width, y + height))

    return change


WORDS = ('Jarl! Hasta luego', 'When you see it', 'No puedo, no puedo', 'Monday again', 'Best of 2017', 'Have a nice day')


def captioned(image: Image.Image, r: random.Random) -> Image.Image:
    """A bar with words over 15 % of the height, above or below."""
    image = image.copy()
    bar = round(0.15 * image.height)
    top = r.choice((0, image.height - bar))
    draw = ImageDraw.Draw(image)
    back, front = r.choice((('black', 'white'), ('white', 'black'), ('#c22', 'white')))
    draw.rectangle((0, top, image.width, top + bar), fill=back)
    draw.text((image.width / 2, top + bar / 2), r.choice(WORDS), fill=front, font=font(bar * 0.5), anchor='mm')
    return image


def bordered(image: Image.Image, r: random.Random) -> Image.Image:
    """10 % of the longer side, all around."""
    return ImageOps.expand(image, round(0.1 * max(image.size)), r.choice(('white', 'black', '#d8d2c4')))


def watermarked(image: Image.Image, r: random.Random) -> Image.Image:
    """Words across the middle, or small ones all over, half clear."""
    layer = Image.new('RGBA', image.size)
    draw = ImageDraw.Draw(layer)
    words, ink = r.choice(('© example photos', 'SAMPLE', 'stock preview')), (255, 255, 255, r.randint(90, 150))
    if r.random() < 0.5:
        size = 1.6 * image.width / len(words)
        draw.text((image.width / 2, image.height / 2), words, fill=ink, font=font(size), anchor='mm')
    else:
        size = image.width / 16
        for row in range(0, image.height, round(size * 4)):
            for column in range(0, image.width, round(size * len(words) * 0.7)):
                draw.text((column, row), words, fill=ink, font=font(size))
    return Image.alpha_composite(image.convert('RGBA'), layer).convert('RGB')


def brighter(image: Image.Image, _r: random.Random) -> Image.Image:
    return image.point(lambda v: min(255, round(v * 1.25)))


def smaller(image: Image.Image, _r: random.Random) -> Image.Image:
    return image.resize((round(image.width * 0.6), round(image.height * 0.6)), Image.Resampling.LANCZOS)


def screenshot(image: Image.Image, r: random.Random) -> Image.Image:
    """The photo as part of a telephone's screen: a bar with words above, lines of text below."""
    dark = r.random() < 0.4
    paper, ink, soft = ('#16181c', '#e7e9ea', '#71767b') if dark else ('#ffffff', '#0f1419', '#8899a6')
    side = round(image.width * r.uniform(0.02, 0.1))
    width = image.width + 2 * side
    above, below = round(width * r.uniform(0.15, 0.28)), round(width * r.uniform(0.15, 0.4))
    screen = Image.new('RGB', (width, above + image.height + below), paper)
    screen.paste(image, (side, above))
    draw = ImageDraw.Draw(screen)
    unit = width / 24
    draw.text((side or unit / 2, above * 0.15), '12:0%d' % r.randint(0, 9), fill=ink, font=font(unit))
    draw.ellipse((side + unit / 2, above * 0.5, side + unit / 2 + above * 0.4, above * 0.9), fill=soft)
    draw.text((side + above * 0.4 + unit, above * 0.6), r.choice(WORDS), fill=ink, font=font(unit))
    for line in range(r.randint(1, 3)):
        y = above + image.height + unit * (0.6 + 1.5 * line)
        draw.text((side or unit / 2, y), r.choice(WORDS) + ' ' + r.choice(WORDS), fill=soft, font=font(unit * 0.9))
    return screen


COPIES: dict[str, Callable[[Image.Image, random.Random], Made]] = {
    'mirrored': plain(lambda image, _r: ImageOps.mirror(image)),
    'turned by 90 degrees': plain(lambda image, r: image.transpose(r.choice((Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270)))),
    'cropped to 90 %': plain(crop(0.9)),
    'cropped to 80 %': plain(crop(0.8)),
    'captioned': plain(captioned),
    'bordered': plain(bordered),
    'recompressed': lambda image, _r: ('.jpg', jpeg(image, 20)),
    'watermarked': plain(watermarked),
    'smaller': plain(smaller),
    'grey copy': plain(lambda image, _r: image.convert('L').convert('RGB')),
    'brighter': plain(brighter),
    'screenshot': plain(screenshot),
}


# --- faults of one photo ------------------------------------------------------------------------------------


def exposed(stops: float):
    """As with so many stops more light, clipped where the sensor is full."""
    table = [min(255, round(255 * (min(1.0, (v / 255) ** 2.2 * 2**stops)) ** (1 / 2.2))) for v in range(256)]
    return lambda image, _r: image.point(table * 3)


def blurred(image: Image.Image, _r: random.Random) -> Image.Image:
    """A deviation of 1.2 % of the longer side: about what a face out of focus shows, at any size."""
    return image.filter(ImageFilter.GaussianBlur(0.012 * max(image.size)))


def shaken(image: Image.Image, r: random.Random) -> Image.Image:
    """The mean over a straight way of 6 % of the longer side, in a direction by chance."""
    pixels = np.asarray(image).astype(np.float32)
    length, angle = 0.06 * max(image.size), r.uniform(0, np.pi)
    steps = max(2, round(length))
    edge = steps
    padded = np.pad(pixels, ((edge, edge), (edge, edge), (0, 0)), mode='edge')
    total = np.zeros_like(pixels)
    for step in range(steps):
        along = length * (step / (steps - 1) - 0.5)
        x, y = round(edge + along * np.cos(angle)), round(edge + along * np.sin(angle))
        total += padded[y : y + pixels.shape[0], x : x + pixels.shape[1]]
    return Image.fromarray((total / steps).round().astype(np.uint8))


def flat(image: Image.Image, r: random.Random) -> Image.Image:
    """A wall, a lens cap: one colour, hardly lit unevenly, and a sensor's grain."""
    far = np.asarray(image.filter(ImageFilter.GaussianBlur(max(image.size) / 6))).astype(np.float32)
    grain = np.random.default_rng(r.getrandbits(32)).normal(0, 1, far.shape[:2])[..., None]
    colour = np.array([r.uniform(30, 225) for _ in range(3)])
    return Image.fromarray((colour + 0.08 * (far - far.mean((0, 1))) + grain).clip(0, 255).astype(np.uint8))


def few_colours(image: Image.Image, r: random.Random) -> Made:
    """An icon's palette: four to eight colours, as a PNG."""
    return '.png', encoded(image.quantize(r.randint(4, 8), dither=Image.Dither.NONE), 'PNG')


def wide(image: Image.Image, r: random.Random) -> Image.Image:
    """A strip of 4 to 1, lying or standing."""
    if r.random() < 0.5:
        height = image.width // 4
        top = (image.height - height) // 2
        return image.crop((0, top, image.width, top + height))
    width = image.height // 4
    left = (image.width - width) // 2
    return image.crop((left, 0, left + width, image.height))


def tiny(image: Image.Image, r: random.Random) -> Image.Image:
    image = image.copy()
    image.thumbnail((r.randint(20, 39),) * 2, Image.Resampling.LANCZOS)
    return image


def grey(image: Image.Image, r: random.Random) -> Image.Image:
    only = image.convert('L')
    return only if r.random() < 0.5 else only.convert('RGB')


def truncated(image: Image.Image, r: random.Random) -> Made:
    kind = r.choice(('JPEG', 'JPEG', 'JPEG', 'PNG'))
    whole = jpeg(image) if kind == 'JPEG' else encoded(image, 'PNG')
    return EXTENSIONS[kind][0], whole[: int(len(whole) * r.uniform(0.3, 0.9))]


def wrong_extension(image: Image.Image, r: random.Random) -> Made:
    kind, extension = r.choice((('JPEG', '.png'), ('PNG', '.jpg'), ('WEBP', '.jpg'), ('JPEG', '.webp'), ('JPEG', '')))
    return extension, jpeg(image) if kind == 'JPEG' else encoded(image, kind)


def animated(image: Image.Image, r: random.Random) -> Made:
    image = image.copy()
    image.thumbnail((320, 320))
    frames = [image.rotate(angle) for angle in (0, 4, 8)]
    kind = r.choice(('GIF', 'WEBP'))
    return f'.{kind.lower()}', encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=120, loop=0)


TURNS = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}


def turned_by_exif(image: Image.Image, r: random.Random) -> Made:
    orientation = r.choice(sorted(TURNS))
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return '.jpg', jpeg(image.transpose(TURNS[orientation]), exif=exif)


def placed(image: Image.Image, r: random.Random) -> Made:
    exif = Image.Exif()
    degrees = lambda most: (float(r.randint(0, most)), float(r.randint(0, 59)), round(r.uniform(0, 59), 2))  # noqa: E731
    exif.get_ifd(GPS).update({1: 'N', 2: degrees(60), 3: 'W', 4: degrees(170)})
    return '.jpg', jpeg(image, exif=exif)


def named(image: Image.Image, r: random.Random) -> Made:
    exif = Image.Exif()
    exif[r.choice((ARTIST, COPYRIGHT))] = r.choice(('Ana Example', '(c) B. Example', 'Example Agency'))
    return '.jpg', jpeg(image, exif=exif)


FAULTS: dict[str, Callable[[Image.Image, random.Random], Made]] = {
    'dark': plain(exposed(-4.5)),
    'over-bright': plain(exposed(2.5)),
    'gaussian blur': plain(blurred),
    'motion blur': plain(shaken),
    'flat': plain(flat),
    'few colours': few_colours,
    'grey among colour': plain(grey),
    '4 to 1': plain(wide),
    'under 40 pixels': plain(tiny),
    'truncated': truncated,
    'wrong extension': wrong_extension,
    'animated': animated,
    'EXIF rotation': turned_by_exif,
    'place in EXIF': placed,
    'name in EXIF': named,
}


# --- a plant ------------------------------------------------------------------------------------------------


class Plant:
    """Files of one plant, and what is true of them."""

    def __init__(self, folder: Path, seed: str):
        self.folder, self.seed = folder, seed
        self.made = 0
        self.truth: dict = {'seed': seed, 'clean': [], 'faults': [], 'family': {}, 'pairs': []}
        (folder / 'photos').mkdir(parents=True)

    def add(self, family: int, extension: str, data: bytes) -> str:
        """Under a name that says nothing of what it is, nor of the order."""
        self.made += 1
        name = hashlib.sha256(f'{self.seed} {self.made}'.encode()).hexdigest()[:12] + extension
        (self.folder / 'photos' / name).write_bytes(data)
        self.truth['family'][name] = family
        return name

    def divide(self, photos: list[Clean], names: list[str], r: random.Random) -> None:
        """A fifth of the clean photos in valid; each copy on the other side than its original."""
        sides = {name: 'valid' if r.random() < 0.2 else 'train' for name in names}
        sets = {name: photo.set for name, photo in zip(names, photos, strict=True)}
        place = {name: f'{sides[name]}/{sets[name]}/{name}' for name in names}
        for fault in self.truth['faults']:
            if fault['of'] is None:
                continue
            other = 'train' if sides[fault['of']] == 'valid' else 'valid'
            place[fault['file']] = f'{other}/{sets[fault["of"]]}/{fault["file"]}'
            both = sorted((place[fault['of']], place[fault['file']]))
            self.truth['pairs'].append({'train': both[0], 'valid': both[1], 'fault': fault['fault']})
        for name, path in place.items():
            target = self.folder / 'division' / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((self.folder / 'photos' / name).read_bytes())


def plant(folder: Path, photos: list[Clean], spare: list[Clean], each: int, seed: str) -> dict:
    r = random.Random(seed)
    made = Plant(folder, seed)
    names = [made.add(i, photo.extension, photo.data) for i, photo in enumerate(photos)]
    made.truth['clean'] = names
    # Each original has one copy, as long as there are enough of them.
    order = r.sample(range(len(photos)), len(photos))
    turn = 0
    for fault, make in {'exact copy': None, **COPIES}.items():
        for _ in range(each):
            i = order[turn % len(order)]
            turn += 1
            extension, data = make(photos[i].open(), r) if make else (photos[i].extension, photos[i].data)
            made.truth['faults'].append({'file': made.add(i, extension, data), 'fault': fault, 'of': names[i]})
    for fault, make in FAULTS.items():
        for i in r.sample(range(len(spare)), each):
            extension, data = make(spare[i].open(), r)
            name = made.add(len(photos) + i, extension, data)
            made.truth['faults'].append({'file': name, 'fault': fault, 'of': None})
    made.divide(photos, names, r)
    sets = [photo.set for photo in photos]
    made.truth['sets'] = {name: sets.count(name) for name in sorted({*sets})}
    (folder / 'truth.json').write_text(json.dumps(made.truth, indent=1))
    return made.truth


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('sources', nargs='+', type=Path, metavar='SOURCE')
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--seed', default='0')
    parser.add_argument('--plants', type=int, default=2, help='plants of different photos')
    parser.add_argument('--photos', type=int, default=500, help='clean photos of each')
    parser.add_argument('--each', type=int, default=20, help='faults of each kind')
    options = parser.parse_args()
    missing = [str(source) for source in options.sources if not source.exists()]
    if missing:
        parser.error(f'not there: {", ".join(missing)}')
    sets, counts = clean_photos(options.sources, random.Random(options.seed))
    pools = [in_turn([each[number :: options.plants] for each in sets]) for number in range(options.plants)]
    # The rest is what faults of one photo are made from: each kind takes `each` different ones of it.
    photos = min(options.photos, min(map(len, pools)) - options.each)
    if photos < options.each:
        parser.error(
            f'{sum(map(len, sets))} clean photos are too few for {options.plants} plants with {options.each} faults of each kind'
        )
    part = options.out.with_name(options.out.name + '.part')
    shutil.rmtree(part, ignore_errors=True)
    for number, mine in enumerate(pools):
        truth = plant(part / str(number), mine[:photos], mine[photos:], options.each, f'{options.seed} {number}')
        print(json.dumps({'plant': number, 'clean': photos, 'planted': len(truth['faults']), 'sets': truth['sets']}))
    (part / 'sources.json').write_text(json.dumps(counts, indent=1))
    shutil.rmtree(options.out, ignore_errors=True)
    part.rename(options.out)
    return 0


if __name__ == '__main__':
    sys.exit(main())
