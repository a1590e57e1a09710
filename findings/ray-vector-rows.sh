#!/usr/bin/env bash
# Ray Data 2.60.0 with pyarrow 26.0.1.
#
# Behaviour: where an actor gives vectors (a NumPy array [photos, labels], as probabilities are), rows of the Arrow tables that come back hold
#            them as NumPy arrays, also after `to_pylist()`; the json module refuses to write such a row. The Parquet that Ray writes is read as plain lists
#            by who has no Ray.
# Guess:     `to_pylist()` gives what Python itself has: a list of numbers, as for every other column of Arrow.
# Seen:      a row: ndarray; json: TypeError; Parquet without Ray: list
# Source:    python/ray/data/_internal/tensor_extensions/arrow.py, ArrowTensorScalar.as_py; https://github.com/ray-project/ray/issues/29816
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv || exit 2
venv/bin/pip install --quiet 'ray[data]==2.60.0' pyarrow==26.0.1 numpy==2.4.6 pandas==3.1.1 || exit 2

cat > look.py <<'EOF_PY'
import json
import os

os.environ.update(RAY_USAGE_STATS_ENABLED="0", RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO="0")
import numpy as np
import ray

ray.init(num_cpus=2, include_dashboard=False, logging_level="ERROR", log_to_driver=False)
ray.data.DataContext.get_current().enable_progress_bars = False


class Judge:
    def __call__(self, batch):
        return {"path": batch["path"], "probabilities": np.full((len(batch["path"]), 2), 0.5, np.float32)}


photos = ray.data.from_items([{"path": f"{i}.jpg"} for i in range(4)])
judged = photos.map_batches(Judge, concurrency=1).materialize()
table = next(iter(judged.iter_batches(batch_size=None, batch_format="pyarrow")))
row = table.to_pylist()[0]
print("a row:", type(row["probabilities"]).__name__)
try:
    json.dumps(row)
    print("json: written")
except TypeError as error:
    print("json:", type(error).__name__)
judged.write_parquet("out")
EOF_PY
cat > read.py <<'EOF_PY'
import glob

import pyarrow.parquet as parquet

row = parquet.read_table(glob.glob("out/*.parquet")[0]).to_pylist()[0]
print("Parquet without Ray:", type(row["probabilities"]).__name__)
EOF_PY
{ venv/bin/python look.py && venv/bin/python read.py; } 2> errors | tee seen || { tail -20 errors; exit 1; }

cat > stated <<'EOF_STATED'
a row: ndarray
json: TypeError
Parquet without Ray: list
EOF_STATED
diff stated seen && echo 'as stated'
