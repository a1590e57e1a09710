"""Ray Data's side of `bench overnight`: photos judged by a model.onnx, a row of JSON for each, the whole process.

    python ray_predict.py MODEL LIST OUT ACTORS THREADS BATCH READING

What a person writes who knows Ray Data and onnxruntime: paths go in blocks to a pool of actors, each with a session of the runtime; Pillow
decodes, shrunk while decoding (draft mode), by the size and the way of resizing that the model's metadata say. READING is `actor` where
an actor decodes what it looks at, on as many threads as its session has, and `tasks` where tasks of their own decode, and views go
through Ray's object store. Rows come in the order of the list.
"""

import io
import json
import os
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np


def view(path, size, resize):
    """Bytes [size, size, 3]."""
    from PIL import Image

    with open(path, "rb") as file:
        content = file.read()
    with Image.open(io.BytesIO(content)) as image:
        image.draft("RGB", (size, size))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = image.convert("RGB")
    box = None
    if resize == "crop":
        side = min(image.size)
        left, top = (image.width - side) // 2, (image.height - side) // 2
        box = (left, top, left + side, top + side)
    return np.asarray(image.resize((size, size), Image.BILINEAR, box=box))


class Decode:
    def __init__(self, rule):
        self.rule = rule

    def __call__(self, batch):
        views = [view(path, self.rule["size"], self.rule["resize"]) for path in batch["path"]]
        return {"path": batch["path"], "pixels": np.stack(views)}


class Judge:
    def __init__(self, model, threads):
        import onnxruntime as ort

        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        entries = self.session.get_modelmeta().custom_metadata_map
        self.rule, self.labels = json.loads(entries["chiquito.view"]), json.loads(entries["chiquito.labels"])
        self.outputs = [output.name for output in self.session.get_outputs() if output.name in ("probabilities", "known")]
        self.pool = ThreadPoolExecutor(threads)

    def __call__(self, batch):
        paths = batch["path"]
        if "pixels" in batch:
            pixels = batch["pixels"]
        else:
            pixels = np.stack(list(self.pool.map(lambda path: view(path, self.rule["size"], self.rule["resize"]), paths)))
        found = dict(zip(self.outputs, self.session.run(self.outputs, {"pixels": pixels})))
        probabilities = found["probabilities"]
        rows = {"path": paths, "label": [self.labels[i] for i in probabilities.argmax(axis=1)], "probabilities": probabilities}
        if "known" in found:
            rows["known"] = found["known"]
        return rows


def rule_of(model):
    import onnxruntime as ort

    entries = ort.InferenceSession(model, providers=["CPUExecutionProvider"]).get_modelmeta().custom_metadata_map
    return json.loads(entries["chiquito.view"])


def main():
    model, listed, out = sys.argv[1:4]
    actors, threads, batch = (int(word) for word in sys.argv[4:7])
    reading = sys.argv[7]
    os.environ.setdefault("RAY_DATA_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    import ray

    ray.init(num_cpus=2, include_dashboard=False, logging_level="ERROR", log_to_driver=False)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.execution_options.preserve_order = True
    with open(listed) as file:
        paths = [line.rstrip("\n") for line in file if line.strip()]
    data = ray.data.from_items([{"path": path} for path in paths], override_num_blocks=max(2, len(paths) // (4 * batch)))
    if reading == "tasks":
        rule = rule_of(model)
        data = data.map_batches(Decode(rule).__call__, batch_size=batch, num_cpus=1)
    data = data.map_batches(
        Judge,
        fn_constructor_args=(model, threads),
        batch_size=batch,
        num_cpus=threads if reading == "actor" else 0.5,
        concurrency=actors,
    )
    count = 0
    with open(out, "w") as file:
        for row in data.iter_rows():
            known = {"known": float(row["known"])} if "known" in row else {}
            line = {"path": row["path"], "label": row["label"], "probabilities": row["probabilities"].tolist(), **known}
            file.write(json.dumps(line) + "\n")
            count += 1
    print(json.dumps({"rows": count}))


main()
