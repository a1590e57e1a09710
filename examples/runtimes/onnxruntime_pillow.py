"""What a photo shows, by onnxruntime and Pillow: a label and its probability, or "neither".

    pip install onnxruntime==1.32.0 pillow==13.0.0
    python onnxruntime_pillow.py model.onnx PHOTO

spark_pandas.py and ray_data.py judge many photos by what stands here.
"""
import json
import sys

import numpy as np
import onnxruntime
from PIL import Image, ImageOps


def view_of(photo, size, resize):
    """The square of pixels that the model reads. BILINEAR widens its filter as it shrinks."""
    if resize == 'crop':
        side = min(photo.size)
        left, top = ((length - side) // 2 for length in photo.size)
        photo = photo.crop((left, top, left + side, top + side))
    if resize != 'pad':
        return photo.resize((size, size), Image.Resampling.BILINEAR)
    canvas = Image.new('RGB', (size, size), (124, 116, 104))
    small = photo.resize([max(1, int(length / max(photo.size) * size + 0.5)) for length in photo.size], Image.Resampling.BILINEAR)
    canvas.paste(small, tuple((size - length) // 2 for length in small.size))
    return canvas


def photo_in(file, size):
    """Upright, RGB, transparency laid on white; a JPEG no larger than it takes for a view of that size."""
    photo = Image.open(file)
    photo.draft(None, (size, size))
    # Cameras lay photos down and say so in a mark.
    photo = ImageOps.exif_transpose(photo)
    if photo.mode.startswith('I;16'):
        # Pillow would make all that is above 255 white.
        photo = Image.fromarray((np.asarray(photo) / 257 + 0.5).astype(np.uint8))
    if photo.has_transparency_data:
        photo = photo.convert('RGBA')
        photo = Image.alpha_composite(Image.new('RGBA', photo.size, 'white'), photo)
    return photo.convert('RGB')


class Model:
    """A model.onnx, and what it says of itself."""

    def __init__(self, path, threads=0):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        # Threads that wait busily would take time from decoding.
        options.add_session_config_entry('session.intra_op.allow_spinning', '0')
        self.session = onnxruntime.InferenceSession(path, options, providers=['CPUExecutionProvider'])
        facts = self.session.get_modelmeta().custom_metadata_map
        self.labels, self.view = (json.loads(facts[f'chiquito.{name}']) for name in ['labels', 'view'])
        self.threshold = json.loads(facts.get('chiquito.abstention', '{}')).get('threshold')
        self.outputs = ['probabilities'] if self.threshold is None else ['probabilities', 'known']

    def pixels(self, file):
        """uint8 [1, size, size, 3]"""
        return np.asarray(view_of(photo_in(file, self.view['size']), **self.view))[None]

    def verdict(self, pixels):
        """What `chiquito predict` says of a photo."""
        probabilities, *known = (output[0] for output in self.session.run(self.outputs, {'pixels': pixels}))
        return {
            'label': self.labels[probabilities.argmax()],
            'probabilities': probabilities.tolist(),
            'known': known[0].item() if known else None,
            'abstained': bool(known and known[0] < self.threshold),
        }

    def row(self, file):
        """A verdict, or why there is none: one bad photo of a million must not end the work."""
        row = dict.fromkeys(['path', 'label', 'probabilities', 'known', 'abstained', 'error'])
        try:
            pixels = self.pixels(file)
        except Exception as error:
            return row | {'path': file, 'error': f'{type(error).__name__}: {error}'}
        return row | {'path': file} | self.verdict(pixels)


if __name__ == '__main__':
    path, file = sys.argv[1:]
    model = Model(path)
    said = model.verdict(model.pixels(file))
    print('neither' if said['abstained'] else f"{said['label']} {max(said['probabilities']):.4f}")
