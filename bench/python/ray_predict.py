"""Ray Data's side of `bench overnight`: photos judged by a model.onnx, a row of JSON for each, the whole process.

    python ray_predict.py MODEL LIST OUT ACTORS THREADS BATCH LOOK

What a person writes who knows Ray Data and onnxruntime, with what examples/runtimes/ray_data.py judges by: paths go in blocks to a pool of
actors, each with a session of the runtime; Pillow decodes, shrunk while decoding (draft mode). LOOK is `batch` where an actor decodes a
batch, on as many threads as its session has, and gives it to the session as one, `each` where photos go through it one at a time, and
`tasks` where tasks of their own decode, and views go through Ray's object store. Rows come in the order of the list.
"""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "examples" / "runtimes"))
import onnxruntime_pillow


class Decode:
    def __init__(self, rule):
        self.rule = rule

    def __call__(self, batch):
        photos = [onnxruntime_pillow.photo_in(path, self.rule["size"]) for path in batch["path"]]
        return {"path": batch["path"], "pixels": np.stack([onnxruntime_pillow.view_of(photo, **self.rule) for photo in photos])}


class Judge:
    def __init__(self, path, threads, look):
        self.model = onnxruntime_pillow.Model(path, threads)
        self.pool = ThreadPoolExecutor(threads)
        self.look = look

    def __call__(self, batch):
        paths = batch["path"]
        pixels = batch["pixels"] if "pixels" in batch else np.concatenate(list(self.pool.map(self.model.pixels, paths)))
        parts = [pixels] if self.look != "each" else [one[None] for one in pixels]
        found = [self.model.session.run(self.model.outputs, {"pixels": part}) for part in parts]
        probabilities, *known = (np.concatenate(output) for output in zip(*found))
        labels = [self.model.labels[best] for best in probabilities.argmax(axis=1)]
        rows = {"path": paths, "label": labels, "probabilities": probabilities}
        return {**rows, "known": known[0], "abstained": known[0] < self.model.threshold} if known else rows


def main():
    model, listed, out = sys.argv[1:4]
    actors, threads, batch = (int(word) for word in sys.argv[4:7])
    look = sys.argv[7]
    os.environ.setdefault("RAY_DATA_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    import ray

    # Its workers do not see the folder that this file was imported from.
    ray.cloudpickle.register_pickle_by_value(onnxruntime_pillow)
    ray.init(num_cpus=2, include_dashboard=False, logging_level="ERROR", log_to_driver=False)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.execution_options.preserve_order = True
    with open(listed) as file:
        paths = [line.rstrip("\n") for line in file if line.strip()]
    data = ray.data.from_items([{"path": path} for path in paths], override_num_blocks=max(2, len(paths) // (4 * batch)))
    if look == "tasks":
        rule = onnxruntime_pillow.Model(model).view
        data = data.map_batches(Decode(rule).__call__, batch_size=batch, num_cpus=1)
    data = data.map_batches(
        Judge,
        fn_constructor_args=(model, threads, look),
        batch_size=batch,
        num_cpus=threads if look != "tasks" else 0.5,
        concurrency=actors,
    )
    count = 0
    with open(out, "w") as file:
        for block in data.iter_batches(batch_size=None, batch_format="pyarrow"):
            for row in block.to_pylist():
                file.write(json.dumps(row, default=np.ndarray.tolist) + "\n")
                count += 1
    print(json.dumps({"rows": count}))


main()
