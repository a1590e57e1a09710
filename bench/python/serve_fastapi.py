"""FastAPI's side of `bench serve`: the server that a person writes who knows FastAPI, onnxruntime and Pillow.

    python serve_fastapi.py MODEL PORT MODE

Two workers (uvicorn with uvloop and httptools), a session of one thread in each, as two cores have them; Pillow decodes shrunk (draft mode). MODE
says where a photo is judged: `loop` in the event loop itself, `pool` on FastAPI's threads, `batch` gathers what waits into
one run of the network.
"""

import asyncio
import io
import json
import os
import sys

import numpy as np
import onnxruntime as ort
import uvicorn
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from PIL import Image

WORKERS = 2
MOST = 8


def open_model(path):
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    entries = session.get_modelmeta().custom_metadata_map
    outputs = [output.name for output in session.get_outputs() if output.name in ("probabilities", "known")]
    return session, json.loads(entries["chiquito.view"]), json.loads(entries["chiquito.labels"]), outputs


def centre_square(image):
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return left, top, left + side, top + side


def view_of(body, size, resize):
    """Bytes [size, size, 3]."""
    with Image.open(io.BytesIO(body)) as image:
        image.draft("RGB", (size, size))
        image = image.convert("RGB")
    box = centre_square(image) if resize == "crop" else None
    return np.asarray(image.resize((size, size), Image.BILINEAR, box=box))


session, rule, labels, outputs = open_model(os.environ.get("BENCH_MODEL") or sys.argv[1])
mode = os.environ.get("BENCH_MODE") or sys.argv[3]
app = FastAPI()


def answers(views):
    found = session.run(outputs, {"pixels": np.stack(views)})
    probabilities = found[outputs.index("probabilities")]
    known = found[outputs.index("known")] if "known" in outputs else [None] * len(views)
    return [
        {
            "label": labels[int(np.argmax(each))],
            "probabilities": dict(zip(labels, each.tolist())),
            "known": None if one is None else float(one),
        }
        for each, one in zip(probabilities, known)
    ]


def judge(body):
    return answers([view_of(body, rule["size"], rule["resize"])])[0]


waiting = []
work = None


async def gather():
    """Looks at whatever waits, as long as something does."""
    global work
    while waiting:
        some = waiting[:MOST]
        del waiting[:MOST]
        try:
            found = await run_in_threadpool(answers, [view for view, _ in some])
            for (_, future), answer in zip(some, found):
                future.set_result(answer)
        except Exception as error:
            for _, future in some:
                future.set_exception(error)
    work = None


async def judge_together(body):
    global work
    view = await run_in_threadpool(view_of, body, rule["size"], rule["resize"])
    future = asyncio.get_running_loop().create_future()
    waiting.append((view, future))
    if work is None:
        work = asyncio.create_task(gather())
    return await future


@app.post("/v1/predict")
async def predict(request: Request):
    body = await request.body()
    if mode == "loop":
        answer = judge(body)
    elif mode == "batch":
        answer = await judge_together(body)
    else:
        answer = await run_in_threadpool(judge, body)
    return JSONResponse(answer)


if __name__ == "__main__":
    os.environ["BENCH_MODEL"], os.environ["BENCH_MODE"] = sys.argv[1], sys.argv[3]
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    uvicorn.run(
        "serve_fastapi:app", host="127.0.0.1", port=int(sys.argv[2]), workers=WORKERS, log_level="warning", access_log=False
    )
