"""The other tools' side of `bench layouts`: what each makes of a folder of photos, and of one photo.

Usage: python layouts.py make FOLDER     lays out folders, photos and divisions, and writes {"ready": {...}} naming them
       python layouts.py TOOL            writes {"ready": {"tool", "versions"}}, then answers lines of JSON:
  {"folder": path}  ->  {"classes": [...], "parts": {"train": 20, ...}, "note": "..."}, or {"error": "first line"}
  {"photo": path}   ->  {"size": side, "pixels": base64 of RGB bytes, "mode": "RGB"}, {"left_out": true}, or {"error"}

Every tool is called as its own documentation calls it. `photo` is a folder with the classes "a", which holds the photo, and
"b". A tool that only reads one folder of classes is pointed at each part where there is a folder "train", as its users do.
"""

from __future__ import annotations

import base64
import contextlib
import json
import logging
import os
import sys
import tempfile
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np

warnings.simplefilter("ignore")
os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", HF_HUB_OFFLINE="1", HF_DATASETS_DISABLE_PROGRESS_BARS="1", YOLO_VERBOSE="false")
# What a tool remembers of a folder must not outlive this process.
CACHE = tempfile.TemporaryDirectory(prefix="chiquito-layouts-")
os.environ.update(HF_HOME=CACHE.name, YOLO_CONFIG_DIR=CACHE.name, CUDA_VISIBLE_DEVICES="")

SIDE = 96
PARTS = {"train": "train", "valid": "valid", "val": "valid", "validation": "valid", "test": "test"}


class LeftOut(Exception):
    """The tool reads the folder, but not this photo, and says nothing."""


def parts_in(root: Path) -> dict[str, Path]:
    """The folders that a person points a tool at which knows no parts."""
    if not (root / "train").is_dir():
        return {"all": root}
    return {PARTS[each.name]: each for each in sorted(root.iterdir()) if each.name in PARTS}


def of_all(root: Path, read) -> dict:
    """One answer from a tool that reads a folder of classes at a time."""
    found = {part: read(folder) for part, folder in parts_in(root).items()}
    names = next(iter(found.values()))[0] if "train" not in found else found["train"][0]
    other = [part for part, (classes, _) in found.items() if list(classes) != list(names)]
    note = f"{', '.join(other)} numbers its classes otherwise" if other else ""
    return {"classes": list(names), "parts": {part: count for part, (_, count) in found.items()}, "note": note}


class HuggingFace:
    packages = ("datasets", "pillow")

    def __init__(self):
        import datasets

        datasets.disable_progress_bars()
        self.load = datasets.load_dataset

    def folder(self, root: Path) -> dict:
        found = self.load("imagefolder", data_dir=str(root))
        parts = {PARTS.get(name, name): len(part) for name, part in found.items()}
        features = next(iter(found.values())).features
        if "label" in features:
            label = features["label"]
            first = next(iter(found.values()))
            names = label.names if hasattr(label, "names") else sorted(set(first["label"]))
            note = "" if hasattr(label, "names") else "labels are text, not numbers"
            return {"classes": [str(name) for name in names], "parts": parts, "note": note}
        return {"classes": [], "parts": parts, "note": f"no label, but {', '.join(features)}"}

    def photo(self, root: Path, path: Path):
        found = self.load("imagefolder", data_dir=str(root))["train"]
        if "label" not in found.features:
            # One class is no class to it.
            return None
        at = found.features["label"].names.index("a")
        return found[found["label"].index(at)]["image"]


class Torchvision:
    packages = ("torchvision", "pillow")

    def __init__(self):
        from torchvision.datasets import ImageFolder

        self.dataset = ImageFolder

    def folder(self, root: Path) -> dict:
        def read(folder):
            found = self.dataset(str(folder))
            return found.classes, len(found)

        return of_all(root, read)

    def photo(self, root: Path, path: Path):
        found = self.dataset(str(root), allow_empty=True)
        return next((found[i][0] for i, (file, _) in enumerate(found.samples) if file == str(path)), None)


class Keras:
    packages = ("keras", "tensorflow_cpu")

    def __init__(self):
        import keras

        self.read = keras.utils.image_dataset_from_directory

    def open(self, folder: Path):
        with contextlib.redirect_stdout(sys.stderr):
            return self.read(str(folder), batch_size=1, image_size=(SIDE, SIDE), shuffle=False)

    def folder(self, root: Path) -> dict:
        def read(folder):
            found = self.open(folder)
            return found.class_names, len(found.file_paths)

        return of_all(root, read)

    def photo(self, root: Path, path: Path):
        found = self.open(root)
        if str(path) not in found.file_paths:
            return None
        images, _ = next(iter(found.skip(found.file_paths.index(str(path))).take(1)))
        return np.clip(np.rint(images.numpy()[0]), 0, 255).astype(np.uint8)


class Fastai:
    packages = ("fastai", "pillow")

    def __init__(self):
        from fastai.vision.all import ImageDataLoaders, Resize

        self.loaders, self.resize = ImageDataLoaders, Resize

    def open(self, root: Path):
        divided = {} if (root / "train").is_dir() else {"valid_pct": 0.2, "seed": 0}
        return self.loaders.from_folder(root, bs=2, num_workers=0, item_tfms=self.resize(SIDE), **divided)

    def folder(self, root: Path) -> dict:
        found = self.open(root)
        counts = {"train": len(found.train_ds), "valid": len(found.valid_ds)}
        parts = counts if (root / "train").is_dir() else {"all": sum(counts.values())}
        return {"classes": list(found.vocab), "parts": parts, "note": ""}

    def photo(self, root: Path, path: Path):
        found = self.open(root)
        for dataset in (found.train_ds, found.valid_ds):
            for i, file in enumerate(dataset.items):
                if str(file) == str(path):
                    return dataset[i][0]
        return None


class Ultralytics:
    packages = ("ultralytics", "opencv-python")

    def __init__(self):
        from ultralytics.cfg import get_cfg
        from ultralytics.data.dataset import ClassificationDataset
        from ultralytics.data.utils import check_cls_dataset

        logging.getLogger("ultralytics").setLevel(logging.ERROR)
        self.check, self.dataset = check_cls_dataset, ClassificationDataset
        self.args = get_cfg(overrides={"imgsz": SIDE})

    def folder(self, root: Path) -> dict:
        flat = not (root / "train").is_dir()
        found = self.check(str(root))
        names = found["names"]
        counts = {}
        for part, key in (("train", "train"), ("valid", "val"), ("test", "test")):
            if found[key]:
                counts[part] = len(self.dataset(str(found[key]), self.args, prefix=key, names=names).samples)
        parts = {"all": sum(counts.values())} if flat else counts
        return {"classes": list(names.values()), "parts": parts, "note": "divided by itself" if flat else ""}

    def photo(self, root: Path, path: Path):
        found = self.dataset(str(root), self.args)
        for i, sample in enumerate(found.samples):
            if str(sample[0]) == str(path):
                return np.rint(found[i]["img"].numpy().transpose(1, 2, 0) * 255).astype(np.uint8)
        return None


class Timm:
    packages = ("timm", "pillow")

    def __init__(self):
        from timm.data import create_dataset

        self.create = create_dataset

    def folder(self, root: Path) -> dict:
        parts = ("train", "validation", *(["test"] if (root / "test").is_dir() else []))
        found = {part: self.create("", root=str(root), split=part) for part in parts}
        files = {part: {name for name, _ in dataset.reader.samples} for part, dataset in found.items()}
        names = {part: list(dataset.reader.class_to_idx) for part, dataset in found.items()}
        counts = {PARTS[part]: len(dataset) for part, dataset in found.items()}
        if files["train"] == files["validation"]:
            note = "" if len(parts) == 2 else "every photo is learnt from and measured on"
            return {"classes": names["train"], "parts": {"all": counts["train"]}, "note": note}
        twice = sum(counts.values()) - len(set().union(*files.values()))
        other = [PARTS[part] for part in parts if names[part] != names["train"]]
        notes = [f"{twice} photos in two parts"] if twice else []
        notes += [f"{', '.join(other)} numbers its classes otherwise"] if other else []
        return {"classes": names["train"], "parts": counts, "note": "; ".join(notes)}

    def photo(self, root: Path, path: Path):
        found = self.create("", root=str(root), split="train")
        return next((found[i][0] for i, (file, _) in enumerate(found.reader.samples) if file == str(path)), None)


TOOLS = {
    "Hugging Face": HuggingFace,
    "torchvision": Torchvision,
    "Keras": Keras,
    "fastai": Fastai,
    "Ultralytics": Ultralytics,
    "timm": Timm,
}


def pixels_of(image) -> dict:
    """RGB bytes of what a tool gave; a PIL image of another mode is converted, as the tool's users do, and its mode named."""
    if image is None:
        raise LeftOut
    mode = getattr(image, "mode", "RGB")
    array = np.asarray(image if mode == "RGB" else image.convert("RGB"))
    if array.shape != (SIDE, SIDE, 3) or array.dtype != np.uint8:
        return {"error": f"gives {array.dtype} {list(array.shape)}"}
    return {"mode": mode, "pixels": base64.b64encode(array.tobytes()).decode()}


def first_line(error: Exception) -> str:
    text = next((line for line in str(error).splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {text.strip()}"


def answer(tool, request: dict) -> dict:
    try:
        with contextlib.redirect_stdout(sys.stderr):
            if "folder" in request:
                return tool.folder(Path(request["folder"]))
            path = Path(request["photo"])
            return pixels_of(tool.photo(path.parent.parent, path))
    except LeftOut:
        return {"left_out": True}
    except (Exception, SystemExit) as error:
        return {"error": first_line(error)}


def say(what: dict) -> None:
    print(json.dumps(what), flush=True)


def make(root: Path) -> None:
    from layout_photos import make_photos
    from layout_sets import make_all, make_divisions

    photos, skipped = make_photos(root / "photos")
    say(
        {
            "ready": {
                "tools": list(TOOLS),
                "layouts": make_all(root / "layouts"),
                "divisions": make_divisions(root / "divisions"),
                "photos": photos,
                "skipped": skipped,
            }
        }
    )


def main() -> None:
    if sys.argv[1] == "make":
        make(Path(sys.argv[2]))
        return
    kind = TOOLS[sys.argv[1]]
    with contextlib.redirect_stdout(sys.stderr):
        tool = kind()
    say({"ready": {"tool": sys.argv[1], "versions": [f"{name} {version(name)}" for name in kind.packages]}})
    for line in sys.stdin:
        say(answer(tool, json.loads(line)))


if __name__ == "__main__":
    main()
