"""PyTorch's side of `bench features`: the embedded network's frozen features, in both memory formats.

Reads requests from standard input, one JSON object a line:
  {"run": "nchw" | "channels_last", "count": 3}  ->  {"seconds": for all runs}
  {"features": true}                             ->  {"features": [...]} of the same input
The input is preprocessed floats, so that PyTorch pays nothing for what our graph does with bytes.
"""

import json
import sys
import time

import numpy as np
import torch
from efficientnet_lite import MEAN, STD, EfficientNetLite, embedded_state


def pixels(batch, size):
    """The bytes both sides are fed: [batch, size, size, 3]."""
    at = np.arange(batch * size * size * 3, dtype=np.int64)
    return ((at * 7919 + at // 32) % 256).astype(np.uint8).reshape(batch, size, size, 3)


def main():
    batch, size, threads = (int(text) for text in sys.argv[1:4])
    torch.set_num_threads(threads)
    net = EfficientNetLite()
    net.load_state_dict(embedded_state(), strict=False)
    net.eval()
    x = torch.from_numpy(pixels(batch, size).astype(np.float32)).permute(0, 3, 1, 2).contiguous()
    x = (x - MEAN) / STD
    formats = {
        "nchw": (net, x),
        "channels_last": (
            EfficientNetLite().eval().to(memory_format=torch.channels_last),
            x.to(memory_format=torch.channels_last),
        ),
    }
    formats["channels_last"][0].load_state_dict(net.state_dict())
    print(json.dumps({"ready": f"PyTorch {torch.__version__}"}), flush=True)
    with torch.inference_mode():
        for line in sys.stdin:
            request = json.loads(line)
            if "features" in request:
                answer = {"features": net.features(x).mean((2, 3)).flatten().tolist()}
            else:
                model, data = formats[request["run"]]
                begin = time.perf_counter()
                for _ in range(request["count"]):
                    model.features(data).mean((2, 3))
                answer = {"seconds": time.perf_counter() - begin}
            print(json.dumps(answer), flush=True)


main()
