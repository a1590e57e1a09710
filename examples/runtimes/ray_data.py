"""What many photos show, by Ray Data: a row for each, as Parquet.

    pip install ray[data]==2.60.0 pyarrow==26.0.1 onnxruntime==1.32.0 pillow==13.0.0
    python ray_data.py model.onnx photos.txt verdicts

photos.txt has a path a line. All workers see the photos, and the model, under the same paths.
"""
import sys
from pathlib import Path

import pyarrow as pa
import ray
from pyarrow.dataset import dataset, field

import onnxruntime_pillow

SCHEMA = pa.schema([
    ('path', pa.string()),
    ('label', pa.string()),
    ('probabilities', pa.list_(pa.float64())),
    ('known', pa.float64()),
    ('abstained', pa.bool_()),
    ('error', pa.string()),
])

# What is done again where a worker is lost.
PHOTOS_A_BLOCK = 500


class Judge:
    """An actor, which opens the model once."""

    def __init__(self, path):
        self.model = onnxruntime_pillow.Model(path, threads=1)

    def __call__(self, batch):
        return pa.Table.from_pylist([self.model.row(path) for path in batch['path']], SCHEMA)


if __name__ == '__main__':
    model, photos, out = sys.argv[1:]
    # Other machines do not have this file.
    ray.cloudpickle.register_pickle_by_value(onnxruntime_pillow)
    ray.init()
    paths = [{'path': line} for line in Path(photos).read_text().split('\n') if line]
    actors = int(ray.cluster_resources()['CPU'])
    blocks = max(actors, len(paths) // PHOTOS_A_BLOCK)
    rows = ray.data.from_items(paths, override_num_blocks=blocks).map_batches(
        Judge,
        fn_constructor_args=[str(Path(model).resolve())],
        batch_size=32,
        # Some of each processor is left for those who write.
        num_cpus=0.9,
        compute=ray.data.ActorPoolStrategy(size=actors),
    )
    rows.write_parquet(out, ray_remote_args={'num_cpus': 0.1})

    verdicts = dataset(out)
    bad = verdicts.filter(field('error').is_valid())
    print(f'{verdicts.count_rows()} photos, of which {bad.count_rows()} could not be judged')
    for row in bad.head(20).to_pylist():
        print(row['path'], row['error'])
