"""Pillow's side of compare-with-pillow: what it reads from a file, as seen upright, on white, in 8 bits a channel.

Reads requests from standard input, one JSON object a line:
  {"path": file, "out": file}  ->  {"width": w, "height": h, "mode": m, "format": f}, the RGB bytes in `out`,
                                   or {"error": why not}
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

warnings.simplefilter("ignore")
Image.MAX_IMAGE_PIXELS = 100_000_000


def flattened(image):
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I;16") or (image.mode == "I" and image.format in ("PPM", None)):
        # Pillow cuts 16 bits off at 255 when it converts; what the file shows is the upper byte.
        wide = np.asarray(image).astype(np.uint32)
        grey = (wide * 255 // 65535).astype(np.uint8)
        if "transparency" in image.info:
            grey[wide == image.info["transparency"]] = 255
        return Image.fromarray(grey).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")
    return image.convert("RGB")


def answer(path, out):
    try:
        with Image.open(path) as image:
            mode, kind = image.mode, image.format
            pixels = flattened(image)
        Path(out).write_bytes(pixels.tobytes())
        return {"width": pixels.width, "height": pixels.height, "mode": mode, "format": kind}
    except Exception as error:  # noqa: BLE001 whatever a plugin throws is its answer
        return {"error": f"{type(error).__name__}: {error}"}


print(json.dumps({"ready": f"Pillow {Image.__version__}"}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps(answer(request["path"], request["out"])), flush=True)
