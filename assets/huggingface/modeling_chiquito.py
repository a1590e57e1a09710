"""A classifier made by chiquito in transformers: onnxruntime runs onnx/model.onnx. It answers; it cannot be trained here."""

from dataclasses import dataclass
from typing import Optional

import numpy as np
import onnxruntime
import torch
from transformers import PreTrainedModel
from transformers.utils import ModelOutput, cached_file

from .configuration_chiquito import ChiquitoConfig

# What decides where a file is looked for, on the Hub or on this machine.
WHERE = ("cache_dir", "force_download", "proxies", "token", "revision", "local_files_only", "subfolder")


@dataclass
class ChiquitoOutput(ModelOutput):
    loss: Optional[torch.FloatTensor] = None
    logits: Optional[torch.FloatTensor] = None
    # How like the photos learnt from each photo is, [batch], 0 to 1; below config.threshold it shows none of the labels.
    known: Optional[torch.FloatTensor] = None


class ChiquitoForImageClassification(PreTrainedModel):
    config_class = ChiquitoConfig
    main_input_name = "pixel_values"

    def __init__(self, config, session=None):
        super().__init__(config)
        self.session = session
        # transformers asks parameters for device and type; the weights are onnxruntime's.
        self.anchor = torch.nn.Parameter(torch.zeros(1), requires_grad=False)

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path, *args, config=None, **kwargs):
        where = {name: kwargs[name] for name in WHERE if kwargs.get(name) is not None}
        if config is None:
            config = ChiquitoConfig.from_pretrained(pretrained_model_name_or_path, **where)
        file = cached_file(pretrained_model_name_or_path, "onnx/model.onnx", **where)
        session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
        return cls(config, session).eval()

    def forward(self, pixel_values, labels=None, return_dict=None, **kwargs):
        photos = pixel_values.detach().to("cpu", torch.float32).numpy()
        names = [name for name in ("logits", "known") if name in self.outputs]
        answers = self.session.run(names, {"pixel_values": np.ascontiguousarray(photos)})
        said = {name: torch.from_numpy(answer).to(pixel_values.device) for name, answer in zip(names, answers)}
        loss = None if labels is None else torch.nn.functional.cross_entropy(said["logits"], labels)
        output = ChiquitoOutput(loss=loss, **said)
        return output if return_dict is not False else output.to_tuple()

    @property
    def outputs(self):
        return [output.name for output in self.session.get_outputs()]
