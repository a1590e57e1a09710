"""transformers' side of `bench pipelines`: for each line {"folder": …, "photos": […]} what its image-classification pipeline says of
each photo, asked one at a time."""

import json
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"

import onnxruntime
import transformers
from transformers import AutoConfig, pipeline


def said(classify, photo, labels):
    try:
        return {"scores": classify(photo, top_k=labels)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def tell(answer):
    print(json.dumps(answer), flush=True)


transformers.logging.set_verbosity_error()
tell({"ready": f"transformers {transformers.__version__}, onnxruntime {onnxruntime.__version__}"})
for line in sys.stdin:
    request = json.loads(line)
    folder = request["folder"]
    labels = AutoConfig.from_pretrained(folder, trust_remote_code=True).num_labels
    classify = pipeline("image-classification", model=folder, trust_remote_code=True)
    tell([said(classify, photo, labels) for photo in request["photos"]])
