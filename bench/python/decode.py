"""PIL's side of `bench decode`: photo files to 224 x 224 bytes, in two processes.

Reads requests from standard input, one JSON object a line:
  {"run": true}  ->  {"seconds": for all photos, "means": mean byte of each photo's view}
Decoding uses PIL's own shrink-on-load (draft mode); the arguments are the folder, the size and the processes.
"""

import json
import sys
import time
import warnings
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from PIL import Image

SIZE = int(sys.argv[2]) if len(sys.argv) > 2 else 224


def view(path):
    """Short side to SIZE, centre crop; returns the view's mean, so that the work cannot be left out."""
    with Image.open(path) as image:
        image.draft("RGB", (SIZE, SIZE))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = image.convert("RGB")
    scale = SIZE / min(image.size)
    width, height = (max(SIZE, round(side * scale)) for side in image.size)
    image = image.resize((width, height), Image.BILINEAR)
    left, top = (width - SIZE) // 2, (height - SIZE) // 2
    pixels = np.asarray(image.crop((left, top, left + SIZE, top + SIZE)))
    return float(pixels[::8, ::8].mean())


def main():
    paths = sorted(str(path) for path in Path(sys.argv[1]).rglob("*") if path.is_file())
    with Pool(int(sys.argv[3])) as pool:
        print(json.dumps({"ready": f"PIL {Image.__version__}", "photos": len(paths)}), flush=True)
        for _ in sys.stdin:
            begin = time.perf_counter()
            means = pool.map(view, paths, chunksize=8)
            print(json.dumps({"seconds": time.perf_counter() - begin, "means": means}), flush=True)


if __name__ == "__main__":
    main()
