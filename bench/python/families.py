"""PyTorch's side of `bench families`: a small network of each of torchvision's classification families.

Usage: python families.py FOLDER. Writes {"ready": {"families": [...], "exporters": [...]}}, then reads
requests from standard input, one JSON object a line:
  {"family": "resnet", "exporter": "dynamo"}  ->  {"onnx": path, "shape": [...], "labels": [...],
     "parameters": [{"value", "parameter", "transposed", "shape", "offset"}], "all": count of parameters,
     "batches": [{"image": [...], "loss": float, "floor": float, "grads": path, "float32": {"max", "median"}}]}
or {"error": "..."} where the exporter itself fails.

Weights are random, batch norm has the statistics of noise it was shown, and everything is in evaluation mode. `grads`
is a file of float32 numbers: the gradients of the cross-entropy computed in float64, tensor after tensor; `offset` counts
numbers. `value` is the initializer of the ONNX file that holds the parameter, `transposed` or not; fewer than `all` are
found where the exporter has computed something else from a parameter. `float32` are the errors of PyTorch's own float32
and `floor` is what a gradient must reach to be compared with its own size.
"""

import functools
import importlib.util
import json
import logging
import os
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
import torchvision.models as zoo
from onnx import numpy_helper
from torch.fx.experimental.optimization import fuse
from torch.nn import functional as F
from torch.onnx._constants import ONNX_MAX_OPSET
from torchvision.models import convnext, densenet, efficientnet, maxvit, mobilenetv3, regnet, resnet, swin_transformer, vgg

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)
CLASSES = 10
BATCH = 2
LABELS = torch.tensor([1, 4])
# An activation so near a kink that float32 decides otherwise than float64 spoils the gradients of a batch; not of all.
IMAGES = 5


def conv_settings(kind, *rows):
    return [kind(*row) for row in rows]


def efficientnet_v1():
    rows = conv_settings(
        functools.partial(efficientnet.MBConvConfig, width_mult=1.0, depth_mult=1.0),
        (1, 3, 1, 16, 16, 1),
        (6, 3, 2, 16, 24, 2),
        (6, 5, 2, 24, 40, 1),
    )
    return efficientnet.EfficientNet(rows, dropout=0.2, last_channel=64, num_classes=CLASSES)


def efficientnet_v2():
    fused = conv_settings(efficientnet.FusedMBConvConfig, (1, 3, 1, 24, 24, 2), (4, 3, 2, 24, 48, 2))
    rows = conv_settings(efficientnet.MBConvConfig, (4, 3, 2, 48, 64, 2))
    layer = functools.partial(torch.nn.BatchNorm2d, eps=1e-3)
    return efficientnet.EfficientNet(fused + rows, 0.2, norm_layer=layer, last_channel=64, num_classes=CLASSES)


def vgg_small():
    layers = vgg.make_layers([8, "M", 16, "M", 32, 32, "M"], batch_norm=False)
    network = vgg.VGG(layers, num_classes=CLASSES)
    network.classifier[0] = torch.nn.Linear(32 * 7 * 7, 64)
    network.classifier[3] = torch.nn.Linear(64, 64)
    network.classifier[6] = torch.nn.Linear(64, CLASSES)
    return network


def alexnet_small():
    network = zoo.alexnet(num_classes=CLASSES)
    network.classifier[1] = torch.nn.Linear(256 * 6 * 6, 64)
    network.classifier[4] = torch.nn.Linear(64, 64)
    network.classifier[6] = torch.nn.Linear(64, CLASSES)
    return network


def residual(block, layers=(1, 1, 1, 1), **options):
    return resnet.ResNet(block, list(layers), num_classes=CLASSES, **options)


def regnet_small():
    blocks = regnet.BlockParams.from_init_params(
        depth=8, w_0=24, w_a=24.5, w_m=2.5, group_width=8, se_ratio=0.25
    )
    return regnet.RegNet(blocks, num_classes=CLASSES)


def convnext_small():
    rows = conv_settings(convnext.CNBlockConfig, (16, 32, 1), (32, 48, 2), (48, None, 1))
    return convnext.ConvNeXt(rows, stochastic_depth_prob=0.1, num_classes=CLASSES)


def swin_small(version):
    options = {}
    if version == 2:
        options = {
            "block": swin_transformer.SwinTransformerBlockV2,
            "downsample_layer": swin_transformer.PatchMergingV2,
        }
    return zoo.SwinTransformer([4, 4], 24, [2, 2], [2, 4], [4, 4], num_classes=CLASSES, **options)


def maxvit_small():
    return maxvit.MaxVit(
        input_size=(64, 64),
        stem_channels=16,
        partition_size=2,
        block_channels=[16, 32],
        block_layers=[1, 1],
        head_dim=8,
        stochastic_depth_prob=0.1,
        num_classes=CLASSES,
    )


def inception():
    return zoo.inception_v3(weights=None, aux_logits=False, init_weights=False, num_classes=CLASSES)


def googlenet():
    return zoo.googlenet(weights=None, aux_logits=False, init_weights=False, num_classes=CLASSES)


# family: (network, image size)
FAMILIES = {
    "alexnet": (alexnet_small, 224),
    "vgg": (vgg_small, 56),
    "resnet": (lambda: residual(resnet.BasicBlock), 64),
    "resnext": (lambda: residual(resnet.Bottleneck, groups=8, width_per_group=4), 64),
    "wide_resnet": (lambda: residual(resnet.Bottleneck, (1, 1, 1, 1), width_per_group=128), 64),
    "squeezenet": (lambda: zoo.squeezenet1_1(num_classes=CLASSES), 64),
    "densenet": (lambda: densenet.DenseNet(8, (2, 2, 2, 2), 16, num_classes=CLASSES), 64),
    "googlenet": (googlenet, 64),
    "inception_v3": (inception, 96),
    "mobilenet_v2": (lambda: zoo.mobilenet_v2(width_mult=0.5, num_classes=CLASSES), 64),
    "mobilenet_v3": (lambda: zoo.mobilenet_v3_small(num_classes=CLASSES), 64),
    "shufflenet_v2": (lambda: zoo.shufflenet_v2_x0_5(num_classes=CLASSES), 64),
    "mnasnet": (lambda: zoo.mnasnet0_5(num_classes=CLASSES), 64),
    "efficientnet": (efficientnet_v1, 64),
    "efficientnet_v2": (efficientnet_v2, 64),
    "regnet": (regnet_small, 64),
    "convnext": (convnext_small, 64),
    "vit": (lambda: zoo.VisionTransformer(32, 8, 2, 2, 32, 64, num_classes=CLASSES), 32),
    "swin": (lambda: swin_small(1), 64),
    "swin_v2": (lambda: swin_small(2), 64),
    "maxvit": (maxvit_small, 64),
}

# Networks of 2021 to 2025, where timm is installed: whole ones, at 96 pixels.
TIMM = [
    *["mobilenetv4_conv_small", "efficientvit_b0", "repvit_m0_9", "convnextv2_atto", "ghostnetv2_100", "hgnetv2_b0"],
    *["mobilevit_xxs", "fastvit_t8", "edgenext_xx_small"],
]
if importlib.util.find_spec("timm") is not None:
    import timm

    for timm_name in TIMM:
        make = functools.partial(timm.create_model, timm_name, pretrained=False, num_classes=CLASSES)
        FAMILIES[timm_name] = (make, 96)

TODAY = {"dynamo": True, "verbose": False, "external_data": False}
BEFORE = {"dynamo": False, "training": torch.onnx.TrainingMode.PRESERVE, "do_constant_folding": False}
# What `torch.onnx.export` does by default, and with the newest operators it knows; the one before it, told to leave the
# weights as they are, with usual operators and the oldest that are read here.
EXPORTERS = {
    "dynamo": TODAY,
    "dynamo, newest": TODAY | {"opset_version": ONNX_MAX_OPSET},
    "torchscript": BEFORE | {"opset_version": 17},
    "torchscript, opset 9": BEFORE | {"opset_version": 9},
}


def build(make, size):
    """The network in evaluation mode, with batches of images to feed it."""
    torch.manual_seed(0)
    network = make()
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            # Layer scales start at nearly nothing and some heads at zero, which hides what lies behind them; what is
            # alike in several layers is stored once by the exporter.
            if "layer_scale" in name:
                parameter.normal_(0.5, 0.1)
            elif not parameter.any():
                parameter.normal_(0, 0.1)
            elif parameter.ndim == 1 or (parameter == parameter.flatten()[0]).all():
                parameter.add_(0.1 * torch.randn_like(parameter))
        norms = [m for m in network.modules() if isinstance(m, torch.nn.modules.batchnorm._BatchNorm)]
        for norm in norms:
            norm.momentum = 1.0
        if norms:
            network.train()
            network(torch.randn(8, 3, size, size))
        for norm in norms:
            norm.momentum = 0.1
    images = [torch.randn(BATCH, 3, size, size).round(decimals=4) for _ in range(IMAGES)]
    return network.eval(), images


def folded(network):
    """Batch norm folded into the convolutions, as the exporter does, so that weights can be compared after it."""
    try:
        return fuse(network).requires_grad_(True)
    except torch.fx.proxy.TraceError:
        return network


def gradients(network, image):
    network.zero_grad()
    loss = F.cross_entropy(network(image), LABELS)
    loss.backward()
    return loss.item(), {name: p.grad.detach().clone() for name, p in network.named_parameters()}


def match(model, parameters):
    """Where the file holds each parameter: under its name, or as an equal tensor, perhaps transposed."""
    held = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    held |= {
        node.output[0]: numpy_helper.to_array(attribute.t)
        for node in model.graph.node
        if node.op_type == "Constant"
        for attribute in node.attribute
        if attribute.name == "value"
    }
    found, taken = [], set()
    for name, parameter in parameters.items():
        wanted = parameter.detach().numpy()
        if name in held and np.array_equal(held[name], wanted):
            found.append({"value": name, "parameter": name, "transposed": False})
            continue
        for value, tensor in held.items():
            if value in taken or tensor.size != wanted.size or tensor.dtype != wanted.dtype:
                continue
            same = np.array_equal(tensor.reshape(-1), wanted.reshape(-1))
            turned = wanted.ndim == 2 and np.array_equal(tensor, wanted.T)
            if same or turned:
                taken.add(value)
                found.append({"value": value, "parameter": name, "transposed": bool(turned and not same)})
                break
    return found


def relative(actual, exact, floor):
    scale = max(exact.abs().max().item(), floor)
    return (actual.double() - exact).abs().max().item() / scale


def answer(request, folder):
    family = request["family"]
    network, images = build(*FAMILIES[family])
    if request["exporter"].startswith("dynamo"):
        network = folded(network)
    path = folder / f"{family}.onnx"
    options = {"input_names": ["image"], "output_names": ["logits"], **EXPORTERS[request["exporter"]]}
    torch.onnx.export(network, (images[0],), str(path), **options)
    parameters = dict(network.named_parameters())
    found = match(onnx.load(path), parameters)
    singles = [gradients(network, image)[1] for image in images]
    network = network.double()
    batches = [
        compare(gradients(network, image.double()), single, found, folder / f"{family}{i}.grads")
        | {"image": image.flatten().tolist()}
        for i, (image, single) in enumerate(zip(images, singles))
    ]
    return {
        "onnx": str(path),
        "shape": list(images[0].shape),
        "labels": LABELS.tolist(),
        "parameters": found,
        "all": len(parameters),
        "batches": batches,
    }


def compare(exact, single, found, path):
    """Writes the exact gradients and says how far those of float32 are from them."""
    loss, grads = exact
    floor = 1e-6 * max(grad.abs().max().item() for grad in grads.values())
    errors = sorted(relative(single[name], grads[name], floor) for name in grads)
    offset = 0
    with open(path, "wb") as file:
        for entry in found:
            grad = grads[entry["parameter"]]
            grad = grad.T if entry["transposed"] else grad
            file.write(grad.contiguous().numpy().astype("<f4").tobytes())
            entry |= {"shape": list(grad.shape), "offset": offset}
            offset += grad.numel()
    middle = errors[len(errors) // 2]
    return {"loss": loss, "floor": floor, "grads": str(path), "float32": {"max": errors[-1], "median": middle}}


def main():
    folder = Path(sys.argv[1])
    torch.set_num_threads(2)
    # Exporters talk, also from C++; standard output is for answers.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def tell(value):
        print(json.dumps(value), file=out, flush=True)

    ready = {"families": list(FAMILIES), "exporters": list(EXPORTERS)}
    if importlib.util.find_spec("onnxscript") is None:
        ready["exporters"] = [name for name in EXPORTERS if not name.startswith("dynamo")]
        ready["skipped"] = "the dynamo exporter, which needs the Python package onnxscript"
    tell({"ready": ready})
    for line in sys.stdin:
        try:
            tell(answer(json.loads(line), folder))
        except Exception as error:
            tell({"error": f"{type(error).__name__}: {str(error).splitlines()[0]}"})


if __name__ == "__main__":
    main()
