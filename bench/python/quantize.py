"""A model.onnx in 8 bits as onnxruntime's own tool makes it.

    python quantize.py MODEL PHOTOS SIZE OUT [careful]

PHOTOS holds photos as the model reads them, bytes [count, SIZE, SIZE, 3]: what ranges are taken from. quant_pre_process, then quantize_static with
QDQ, unsigned activations, signed weights by channel, and smallest and largest values as ranges. `careful` leaves all but convolutions, additions and
pooling in floats, as probabilities and what photos are ranked among lose otherwise. Prints the tool's version.
"""
import logging
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

logging.disable(logging.WARNING)


class Photos(CalibrationDataReader):
    def __init__(self, photos):
        self.photos = iter(photos)

    def get_next(self):
        photo = next(self.photos, None)
        return None if photo is None else {'pixels': photo[None]}


def main():
    model, photos, size, out = sys.argv[1:5]
    side = int(size)
    views = np.fromfile(photos, np.uint8).reshape(-1, side, side, 3)
    is_careful = 'careful' in sys.argv[5:]
    kinds = ['Conv', 'Clip', 'Relu', 'Add', 'GlobalAveragePool', 'MaxPool'] if is_careful else None
    with tempfile.TemporaryDirectory() as folder:
        prepared = str(Path(folder, 'prepared.onnx'))
        quant_pre_process(model, prepared)
        quantize_static(
            prepared,
            out,
            Photos(views),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=kinds,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
    print(onnxruntime.__version__)


main()
