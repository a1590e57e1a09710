"""The photos of `bench photos`: one picture in many forms, each with the ways in which it may be read.

Each photo lies in a data set of its own, as the only photo of class "a"; class "b" holds a plain JPEG. `readings` are
RGB pictures by name, "right" first: what a tool gives is called by the one it is nearest to.
"""

from __future__ import annotations

import base64
import io
import struct
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

SIDE = 96
WHITE = (255, 255, 255)
HIDDEN = (200, 30, 160)


def picture() -> Image.Image:
    """Colours that differ in every corner, so that a turn or an exchange of channels shows."""
    values = np.random.default_rng(7).integers(30, 226, (4, 4, 3), dtype=np.uint8)
    return Image.fromarray(values).resize((SIDE, SIDE), Image.BICUBIC)


def other() -> Image.Image:
    """Another picture, which nobody should see in place of the first."""
    return ImageOps.invert(picture())


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def orientation(value: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


def tiff16(samples: np.ndarray) -> bytes:
    """A plain TIFF of 16-bit grey or RGB, which Pillow cannot write for RGB."""
    height, width = samples.shape[:2]
    channels = 1 if samples.ndim == 2 else 3
    data = samples.astype("<u2").tobytes()
    after = 8 + len(data)
    bits = struct.pack("<3H", 16, 16, 16)
    entries = [
        (256, 3, 1, width),
        (257, 3, 1, height),
        (258, 3, channels, 16 if channels == 1 else after),
        (259, 3, 1, 1),
        (262, 3, 1, 1 if channels == 1 else 2),
        (273, 4, 1, 8),
        (277, 3, 1, channels),
        (278, 3, 1, height),
        (279, 4, 1, len(data)),
    ]
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return struct.pack("<2sHI", b"II", 42, after + len(bits)) + data + bits + directory + bytes(4)


def on(background, image: Image.Image) -> Image.Image:
    under = Image.new("RGBA", image.size, (*background, 255))
    under.alpha_composite(image.convert("RGBA"))
    return under.convert("RGB")


def grey_of(image: Image.Image) -> Image.Image:
    return image.convert("L").convert("RGB")


def filled(colour) -> Image.Image:
    return Image.new("RGB", (SIDE, SIDE), colour)


def turned() -> list:
    """A photo on its side with the note that it is: orientation 6, a quarter turn clockwise to show."""
    upright = picture()
    stored = upright.transpose(Image.ROTATE_90)
    readings = {"right": upright, "not turned": stored}
    return [
        ("EXIF orientation in JPEG", "jpg", encoded(stored, "JPEG", quality=95, exif=orientation(6)), readings),
        ("EXIF orientation in PNG", "png", encoded(stored, "PNG", exif=orientation(6)), readings),
        ("EXIF orientation in WebP", "webp", encoded(stored, "WEBP", lossless=True, exif=orientation(6)), readings),
    ]


def deep() -> list:
    """Sixteen bits a sample."""
    import zlib

    wide = np.asarray(picture()).astype(np.uint16) * 257
    grey = np.asarray(picture().convert("L")).astype(np.uint16) * 257
    right = {"right": grey_of(picture()), "white": filled(WHITE), "black": filled((0, 0, 0))}
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in wide)
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 16, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    colour = {"right": picture(), "white": filled(WHITE), "black": filled((0, 0, 0))}
    return [
        ("16-bit grey PNG", "png", encoded(Image.fromarray(grey), "PNG"), right),
        ("16-bit RGB PNG", "png", png, colour),
        ("16-bit grey TIFF", "tif", tiff16(grey), right),
        ("16-bit RGB TIFF", "tif", tiff16(wide), colour),
    ]


def clear() -> list:
    """Transparency: a quarter of the picture is there, another colour lies unseen in the rest."""
    mask = Image.new("L", (SIDE, SIDE), 0)
    mask.paste(255, (SIDE // 4, SIDE // 4, SIDE, SIDE // 2))
    hidden = Image.composite(picture(), filled(HIDDEN), mask)
    rgba = hidden.copy()
    rgba.putalpha(mask)
    seen = {"right": on(WHITE, rgba), "black behind": on((0, 0, 0), rgba), "hidden colour shows": hidden}
    palette = hidden.quantize(64)
    behind = int(np.bincount(np.asarray(palette).ravel()).argmax())
    key = palette.convert("RGBA")
    key.putalpha(Image.fromarray(np.where(np.asarray(palette) == behind, 0, 255).astype(np.uint8)))
    shown = {"right": on(WHITE, key), "black behind": on((0, 0, 0), key), "hidden colour shows": hidden}
    return [
        ("PNG with alpha", "png", encoded(rgba, "PNG"), seen),
        ("palette PNG, one colour clear", "png", encoded(palette, "PNG", transparency=behind), shown),
        ("WebP with alpha", "webp", encoded(rgba, "WEBP", lossless=True, exact=True), seen),
        ("GIF, one colour clear", "gif", encoded(palette, "GIF", transparency=behind), shown),
    ]


def colours() -> list:
    """Other colour models."""
    plain = picture()
    cmyk = plain.convert("CMYK")
    inverted = Image.fromarray(255 - np.asarray(cmyk), "CMYK").convert("RGB")
    both = {"right": plain, "inverted": inverted, "black": filled((0, 0, 0))}
    grey = {"right": grey_of(plain)}
    bits = plain.convert("1")
    return [
        ("CMYK JPEG", "jpg", encoded(cmyk, "JPEG", quality=95), both),
        ("CMYK TIFF", "tif", encoded(cmyk, "TIFF"), both),
        ("grey JPEG", "jpg", encoded(plain.convert("L"), "JPEG", quality=95), grey),
        ("1-bit PNG", "png", encoded(bits, "PNG"), {"right": bits.convert("RGB"), "black": filled((0, 0, 0))}),
        ("palette PNG", "png", encoded(plain.quantize(128), "PNG"), {"right": plain}),
    ]


def containers() -> list:
    """Formats beside JPEG and PNG, moving pictures, and files that are not whole."""
    plain, later = picture(), picture().transpose(Image.ROTATE_180)
    moving = {"right": plain, "a later frame": later}
    jpeg = encoded(plain, "JPEG", quality=95)
    half = Image.composite(plain, filled((128, 128, 128)), half_mask())
    cut = {"upper half, grey below": half, "right": plain}
    return [
        ("WebP", "webp", encoded(plain, "WEBP", quality=95), {"right": plain}),
        ("BMP", "bmp", encoded(plain, "BMP"), {"right": plain}),
        ("AVIF", "avif", encoded(plain, "AVIF", quality=95), {"right": plain}),
        ("animated GIF", "gif", encoded(plain, "GIF", save_all=True, append_images=[later]), moving),
        ("animated WebP", "webp", encoded(plain, "WEBP", save_all=True, append_images=[later], quality=95), moving),
        ("JPEG that is called .png", "png", jpeg, {"right": plain}),
        ("JPEG without its end mark", "jpg", jpeg[:-2], {"right": plain}),
        ("half a JPEG", "jpg", cut_scan(jpeg), cut),
    ]


def cut_scan(jpeg: bytes) -> bytes:
    """The headers and the first half of what follows."""
    scan = jpeg.index(b"\xff\xda")
    return jpeg[: (scan + len(jpeg)) // 2]


def half_mask() -> Image.Image:
    mask = Image.new("L", (SIDE, SIDE), 0)
    mask.paste(255, (0, 0, SIDE, SIDE // 2))
    return mask


def heic() -> list:
    import pillow_heif

    pillow_heif.register_heif_opener()
    return [("HEIC", "heic", encoded(picture(), "HEIF", quality=95), {"right": picture()})]


def make_photos(root: Path) -> tuple[list[dict], list[str]]:
    """Writes all of them below `root`; also says which this Python could not make."""
    made, skipped = [], []
    for group in (turned, deep, clear, colours, containers, heic):
        try:
            photos = group()
        except Exception as error:
            skipped.append(f"{group.__name__}: {error}")
            continue
        for name, ending, data, readings in photos:
            home = root / f"{len(made):02}"
            for label in "ab":
                (home / label).mkdir(parents=True)
            (home / "a" / f"photo.{ending}").write_bytes(data)
            (home / "b" / "plain.jpg").write_bytes(encoded(other(), "JPEG"))
            every = {**readings, "the next photo": other()}
            named = {reading: base64.b64encode(image.tobytes()).decode() for reading, image in every.items()}
            made.append({"name": name, "file": f"{home.name}/a/photo.{ending}", "readings": named})
    return made, skipped
