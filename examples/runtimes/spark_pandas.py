"""What many photos show, by Spark: a row for each, as Parquet.

    pip install pyspark==4.3.0 pandas==3.1.1 pyarrow==26.0.1 onnxruntime==1.32.0 pillow==13.0.0
    python spark_pandas.py model.onnx photos.txt verdicts

photos.txt has a path a line, as all workers see it. On a cluster: spark-submit --py-files onnxruntime_pillow.py spark_pandas.py ...
"""
import os
import sys
from pathlib import Path

import pandas as pd
from pyspark import SparkFiles
from pyspark.sql import SparkSession

SCHEMA = 'path string, label string, probabilities array<double>, known double, abstained boolean, error string'
# Photos of a task: what is done again where a worker is lost.
PHOTOS_A_TASK = 500


def judge(batches):
    """Runs in a worker, which opens the model once for all photos of a task."""
    from onnxruntime_pillow import Model

    # Spark runs a task for each processor, so that more threads would only be in each other's way.
    model = Model(SparkFiles.get(name), threads=1)
    for batch in batches:
        yield pd.DataFrame([model.row(path) for path in batch['path']])


if __name__ == '__main__':
    model, photos, out = sys.argv[1:]
    name = Path(model).name
    # Spark would start its workers with whatever is called python3.
    os.environ.setdefault('PYSPARK_PYTHON', sys.executable)
    spark = SparkSession.builder.appName('chiquito').getOrCreate()
    spark.sparkContext.setLogLevel('ERROR')
    spark.sparkContext.addFile(model)
    spark.sparkContext.addPyFile(str(Path(__file__).with_name('onnxruntime_pillow.py')))

    paths = spark.read.text(photos, lineSep='\n').withColumnRenamed('value', 'path').where("path != ''")
    tasks = paths.repartition(-(-paths.count() // PHOTOS_A_TASK) or 1)
    tasks.mapInPandas(judge, SCHEMA).write.parquet(out)

    verdicts = spark.read.parquet(out)
    bad = verdicts.where('error is not null')
    print(f'{verdicts.count()} photos, of which {bad.count()} could not be judged')
    for row in bad.take(20):
        print(row['path'], row['error'])
