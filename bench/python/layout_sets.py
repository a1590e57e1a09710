"""The folders of `bench layouts`: small photos laid out as people lay them out, each with what is meant by it.

LAYOUTS lists them. `meant` says which classes there are and how many photos each part has: `all` where nothing divides
them. Where it says `refused`, a refusal is a right answer, too. `runs`: ours are trained into it before anyone reads it.
"""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import numpy as np
from PIL import Image

CAT_DOG = ("cat", "dog")


@dataclass(frozen=True)
class Layout:
    name: str
    make: Callable[[Path], None]
    parts: dict[str, int]
    classes: tuple[str, ...] = CAT_DOG
    refused: bool = False
    runs: bool = False


def photo(seed: str, size=(64, 48)) -> Image.Image:
    """A picture that no other seed has."""
    values = np.random.default_rng(list(seed.encode())).integers(0, 255, (3, 4, 3), dtype=np.uint8)
    return Image.fromarray(values).resize(size, Image.BICUBIC)


def put(path: Path, kind: str | None = None) -> None:
    """Writes a photo in the format of the name's extension, or in `kind`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    photo(str(path)).save(path, format=kind)


def folder(path: Path, count: int, ending: str = ".jpg", kind: str | None = None, first: int = 0) -> None:
    for i in range(first, first + count):
        put(path / f"{i:03}{ending}", kind)


def classes(root: Path, count: int, names=CAT_DOG, **how) -> None:
    for name in names:
        folder(root / name, count, **how)


def parts(root: Path, **counts: int) -> None:
    """A folder of cats and dogs for each part, so many photos a class."""
    for part, count in counts.items():
        classes(root / part, count)


def lines(path: Path, *rows) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def labelled(root: Path, count: int) -> list[tuple[str, str]]:
    """Photos of both kinds in one folder, and what each shows."""
    rows = [(f"{i:03}.jpg", CAT_DOG[i % 2]) for i in range(count)]
    for name, _ in rows:
        put(root / name)
    return rows


def plain(root):
    classes(root, 12)


def kaggle(root):
    parts(root / "training_set", training_set=10)
    parts(root / "test_set", test_set=3)


def class_first(root):
    for name in CAT_DOG:
        folder(root / name / "train", 10)
        folder(root / name / "test", 3)


def flat_with_csv(root):
    rows = labelled(root / "train", 20)
    folder(root / "test", 6, first=100)
    lines(root / "labels.csv", ("id", "breed"), *((Path(name).stem, label) for name, label in rows))


def roboflow(root):
    for part, count in (("train", 20), ("valid", 6)):
        rows = labelled(root / part, count)
        hot = ((name, int(label == "cat"), int(label == "dog")) for name, label in rows)
        lines(root / part / "_classes.csv", ("filename", " cat", " dog"), *hot)


def metadata_csv(root):
    lines(root / "train" / "metadata.csv", ("file_name", "label"), *labelled(root / "train", 24))


def metadata_jsonl(root):
    rows = [{"file_name": name, "category": label} for name, label in labelled(root, 24)]
    (root / "metadata.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def metadata_parquet(root):
    import pyarrow
    import pyarrow.parquet

    names, labels = zip(*labelled(root, 24))
    table = pyarrow.table({"file_name": list(names), "label": list(labels)})
    pyarrow.parquet.write_table(table, root / "metadata.parquet")


def metadata_partial(root):
    lines(root / "metadata.csv", ("file_name", "label"), *labelled(root, 24)[:20])


def links(root):
    pool = root.parent / f"{root.name} pool"
    classes(pool, 12)
    for name in CAT_DOG:
        (root / name).mkdir(parents=True)
        for target in sorted((pool / name).iterdir()):
            (root / name / target.name).symlink_to(Path("..", "..", pool.name, name, target.name))


def linked_part(root):
    pool = root.parent / f"{root.name} pool"
    classes(pool / "valid", 3)
    classes(root / "train", 10)
    (root / "valid").symlink_to(Path("..", pool.name, "valid"))


def nested(root):
    for name in CAT_DOG:
        folder(root / name, 6)
        folder(root / name / "holiday" / "day 1", 6)


def missing_class(root):
    classes(root / "train", 10, names=("bird", "cat", "dog"))
    classes(root / "valid", 3)


def formats(root):
    for name in CAT_DOG:
        for ending in (".jpg", ".png", ".bmp", ".webp", ".tif", ".gif"):
            folder(root / name, 2, ending)
        folder(root / name, 2, ".JPG", "jpeg")


def without_endings(root):
    for name in CAT_DOG:
        folder(root / name, 12, "", "jpeg")


def hidden(root):
    plain(root)
    folder(root / ".ipynb_checkpoints", 2)
    folder(root / "cat" / ".ipynb_checkpoints", 2)
    folder(root / ".thumbnails" / "cat", 2)


def litter(root):
    plain(root)
    for name in CAT_DOG:
        junk = root / "__MACOSX" / name / "._000.jpg"
        junk.parent.mkdir(parents=True)
        junk.write_bytes(bytes([0, 5, 22, 7]) + bytes(100))
        shutil.copy(junk, root / name / "._000.jpg")
        (root / name / "Thumbs.db").write_bytes(bytes(64))
    (root / ".DS_Store").write_bytes(bytes(64))
    (root / "README.md").write_text("# Cats and dogs\n")


def empty_class(root):
    plain(root)
    (root / "bird").mkdir()


def names_in_files(root):
    for i in range(24):
        put(root / "train" / f"{CAT_DOG[i % 2]}.{i // 2}.jpg")


def numbers(root):
    classes(root, 8, names=("10", "2", "1"))


def accents(root):
    classes(root, 12, names=("tabby cat", "été"))


def places(root):
    classes(root, 8, names=("airport", "harbour", "train station"))


BOTH = {"train": 20, "valid": 6}
LAYOUTS = [
    Layout("class folders", plain, {"all": 24}),
    Layout("train, valid", lambda root: parts(root, train=10, valid=3), BOTH),
    Layout("train, val, test", lambda root: parts(root, train=10, val=3, test=4), {**BOTH, "test": 8}),
    Layout("training_set, test_set, each twice", kaggle, {"train": 20, "test": 6}),
    Layout("seg_train, seg_test", lambda root: parts(root, seg_train=10, seg_test=3), {"train": 20, "test": 6}),
    Layout("train2017, val2017", lambda root: parts(root, train2017=10, val2017=3), BOTH),
    Layout("class first: cat/train, cat/test", class_first, {"train": 20, "test": 6}),
    Layout("test only", lambda root: parts(root, test=4), {"test": 8}, refused=True),
    Layout("flat train and test, labels.csv beside", flat_with_csv, {"train": 20}),
    Layout("Roboflow: _classes.csv in each part", roboflow, BOTH),
    Layout("metadata.csv in train", metadata_csv, {"all": 24}),
    Layout("metadata.jsonl, labels in “category”", metadata_jsonl, {"all": 24}),
    Layout("metadata.parquet", metadata_parquet, {"all": 24}),
    Layout("metadata.csv lists 20 of 24", metadata_partial, {"all": 20}, refused=True),
    Layout("labels in file names: cat.0.jpg", names_in_files, {"all": 24}, refused=True),
    Layout("photos are links", links, {"all": 24}, refused=True),
    Layout("valid is a link", linked_part, BOTH, refused=True),
    Layout("runs of earlier trainings inside", plain, {"all": 24}, runs=True),
    Layout("sub-folders in a class", nested, {"all": 24}),
    Layout("classes “10”, “2”, “1”", numbers, {"all": 24}, ("1", "10", "2")),
    Layout("names with spaces and accents", accents, {"all": 24}, ("tabby cat", "été")),
    Layout("bmp, webp, tif, gif, .JPG", formats, {"all": 28}),
    Layout("names without endings", without_endings, {"all": 24}),
    Layout("hidden folders", hidden, {"all": 24}),
    Layout("an archive's litter", litter, {"all": 24}),
    Layout("an empty class folder", empty_class, {"all": 24}, refused=True),
    Layout("a class that valid has not", missing_class, {"train": 30, "valid": 6}, ("bird", "cat", "dog"), refused=True),
    Layout("a class “train station”", places, {"all": 24}, ("airport", "harbour", "train station")),
]


def make_all(root: Path) -> list[dict]:
    """Lays out all of them below `root`, in numbered folders."""
    made = []
    for number, layout in enumerate(LAYOUTS):
        home = root / f"{number:02}"
        home.mkdir(parents=True)
        layout.make(home)
        meant = {"classes": layout.classes, "parts": layout.parts, "refused": layout.refused}
        made.append({"name": layout.name, "folder": home.name, "runs": layout.runs, "meant": meant})
    return made


DIVISIONS = [
    ("train", "valid"),
    ("train", "val"),
    ("train", "validation"),
    ("train", "dev"),
    ("train", "eval"),
    ("train", "test"),
    ("training", "testing"),
    ("Train", "Val"),
    ("TRAIN", "TEST"),
    ("train_images", "val_images"),
    ("my-train", "my-test"),
    ("train data", "test data"),
    ("trainset", "testset"),
]


def make_divisions(root: Path) -> list[dict]:
    """A data set for each pair of names: twenty photos in the first folder, six in the second."""
    made = []
    for number, (learnt, held) in enumerate(DIVISIONS):
        parts(root / f"{number:02}", **{learnt: 10, held: 3})
        made.append({"name": f"{learnt}, {held}", "folder": f"{number:02}"})
    return made
