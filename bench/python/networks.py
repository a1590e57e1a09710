"""PyTorch's and timm's side of `bench families` for networks as people bring them.

    networks.py files FOLDER
        Writes {"ready": {"networks": [...], "ways": [...]}}, then answers requests, one JSON object a line:
        {"photos": FOLDER}                       ->  {"photos": FOLDER}: two classes, drawn, some in the wrong folder
        {"network": NAME, "way": WAY}            ->  {"onnx": path} or {"error": "..."} where the exporter itself fails
        {"answers": MODEL, "size": side}         ->  {"probabilities": [...]}: what onnxruntime in Python makes of two formula photos
    networks.py step NETWORK FORMAT BATCH SIZE THREADS
        Training steps (all weights, batch norm in evaluation mode, SGD with momentum), in a process that does only that:
        {"run": 3}  ->  {"seconds": of each step}

Weights are random. The ways are PyTorch's exporter of today (`dynamo`), the one before at some operator sets, and what
`torch.onnx.export(net, (photo,), FILE)` does: one photo, weights beside the file.
"""

import json
import logging
import os
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import timm
import torch

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)
SIZE = 96
NETWORKS = [
    "mobilenetv3_small_050",
    "mobilenetv4_conv_small",
    "efficientvit_b0",
    "repvit_m0_9",
    "convnextv2_atto",
    "ghostnetv2_100",
    "hgnetv2_b0",
    "mobilevit_xxs",
    "fastvit_t8",
    "tiny_vit_5m_224",
    "edgenext_xx_small",
    "deit_tiny_distilled_patch16_224",
    "vit_small_patch16_dinov3",
]
WAYS = ["torchscript9", "torchscript13", "torchscript17", "dynamo", "default"]


def build(name, classes):
    torch.manual_seed(0)
    try:
        network = timm.create_model(name, pretrained=False, num_classes=classes, img_size=SIZE)
    except TypeError:
        network = timm.create_model(name, pretrained=False, num_classes=classes)
    network.train()
    with torch.no_grad():
        network(torch.randn(8, 3, SIZE, SIZE))
    return network.eval()


def export(name, way, folder):
    path = folder / f"{name}-{way}.onnx"
    network, photos = build(name, 10), torch.randn(2, 3, SIZE, SIZE)
    if way == "default":
        torch.onnx.export(network, (photos[:1],), str(path), verbose=False)
    elif way == "dynamo":
        shapes = ({0: torch.export.Dim.DYNAMIC},)
        torch.onnx.export(network, (photos,), str(path), verbose=False, external_data=False, dynamic_shapes=shapes)
    else:
        axes = {"input": {0: "batch"}, "logits": {0: "batch"}}
        torch.onnx.export(
            network, (photos,), str(path), dynamo=False, opset_version=int(way.removeprefix("torchscript")),
            input_names=["input"], output_names=["logits"], dynamic_axes=axes,
        )
    return {"onnx": str(path)}


def draw(folder):
    """Stripes one way and the other; a few lie in the wrong folder, so that there is something to win by fine-tuning."""
    from PIL import Image

    random = np.random.default_rng(0)
    for part, count in (("train", 24), ("valid", 6)):
        for label in ("lying", "standing"):
            where = Path(folder) / part / label
            where.mkdir(parents=True)
            for i in range(count):
                period, wrong = random.uniform(5, 20), part == "train" and i % 6 == 0
                line = 90 * np.sin(2 * np.pi * np.arange(SIZE) / period + random.uniform(0, 6))
                noise = random.normal(128, 40, (SIZE, SIZE, 3))
                pixels = noise + (line[:, None, None] if (label == "lying") != wrong else line[None, :, None])
                Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(where / f"{i}.png")
    return {"photos": folder}


def answers(path, size):
    import onnxruntime

    n, i, j, c = np.meshgrid(range(2), range(size), range(size), range(3), indexing="ij")
    pixels = ((7 * i + 13 * j + 50 * c + 31 * n * i) % 256).astype(np.uint8)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return {"probabilities": session.run(["probabilities"], {"pixels": pixels})[0].ravel().tolist()}


def serve(answer, ready):
    # Exporters talk, also from C++; standard output is for answers.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    print(json.dumps({"ready": ready}), file=out, flush=True)
    for line in sys.stdin:
        try:
            found = answer(json.loads(line))
        except Exception as error:
            found = {"error": f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"}
        print(json.dumps(found), file=out, flush=True)


def files(folder):
    def answer(request):
        if "photos" in request:
            return draw(request["photos"])
        if "answers" in request:
            return answers(request["answers"], request["size"])
        return export(request["network"], request["way"], Path(folder))

    torch.set_num_threads(2)
    serve(answer, {"networks": NETWORKS, "ways": WAYS})


def steps(name, form, batch, size, threads):
    torch.set_num_threads(threads)
    memory = torch.channels_last if form == "channels_last" else torch.contiguous_format
    network = build(name, 2).to(memory_format=memory)
    photos = torch.randn(batch, 3, size, size).to(memory_format=memory)
    labels = torch.arange(batch) % 2
    optimizer = torch.optim.SGD(network.parameters(), lr=1e-3, momentum=0.9)

    def step():
        # What some networks keep between photos in evaluation mode (TinyViT's position biases) belongs to the step before.
        network.train()
        network.eval()
        begin = time.perf_counter()
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(network(photos), labels).backward()
        optimizer.step()
        return time.perf_counter() - begin

    serve(lambda request: {"seconds": [step() for _ in range(request["run"])]}, f"PyTorch {torch.__version__}")


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    if what == "files":
        files(rest[0])
    else:
        steps(rest[0], rest[1], *map(int, rest[2:]))
