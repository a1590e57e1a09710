"""What a classifier made by chiquito says of itself, for transformers."""

from transformers import PretrainedConfig


class ChiquitoConfig(PretrainedConfig):
    # A type that transformers.js knows: it looks for it before it opens onnx/model.onnx.
    model_type = "efficientnet"

    def __init__(self, view=None, threshold=None, **kwargs):
        # How a photo becomes what the network sees: its side in pixels, and crop, squash or pad.
        self.view = view or {"size": 224, "resize": "squash"}
        # Below it, `known` says that a photo shows none of the labels; None where the model cannot say that.
        self.threshold = threshold
        super().__init__(**kwargs)
