"""Opens a model.onnx elsewhere, as whoever has only the file would.

    python runtimes.py WAY MODEL PHOTOS SIZE [ROUNDS]

PHOTOS holds photos as the model reads them, bytes [count, SIZE, SIZE, 3]. Prints one line of JSON: the version of what opened it, the
output that comes first, and `probabilities` of each photo, `known` where the model has it, all asked one photo at a time; ms a
photo, the median, where ROUNDS are asked for. Or, where it is not taken, why: `refused`.
"""
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version

import numpy as np


def onnxruntime(path):
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 2
    session = ort.InferenceSession(path, options, providers=['CPUExecutionProvider'])
    names = [output.name for output in session.get_outputs()]
    # None asks for all of them; many take the first.
    return ort.__version__, lambda photo: dict(zip(names, session.run(None, {'pixels': photo})))


def reference(path):
    """ONNX's own, in NumPy; the checker first, with inferred shapes."""
    import onnx
    from onnx.reference import ReferenceEvaluator

    onnx.checker.check_model(path, full_check=True)
    session = ReferenceEvaluator(path)
    return onnx.__version__, lambda photo: dict(zip(session.output_names, session.run(None, {'pixels': photo})))


def opencv(path):
    import cv2

    net = cv2.dnn.readNetFromONNX(path)
    has_known = 'known' in json_names(path)

    def answer(photo):
        net.setInput(photo)
        answers = {'probabilities': net.forward('probabilities')}
        if has_known:
            answers['known'] = net.forward('known')
        return answers

    return cv2.__version__, answer


def json_names(path):
    """Names of outputs, without a library to read them: they stand in the file as text."""
    with open(path, 'rb') as file:
        content = file.read()
    return ['probabilities', *(['known'] if b'\n\x05known' in content else [])]


def openvino_as_it_is(path):
    return openvino(path, {})


def openvino_float32(path):
    return openvino(path, {'INFERENCE_PRECISION_HINT': 'f32'})


def openvino(path, config):
    import openvino as ov

    core = ov.Core()
    compiled = core.compile_model(core.read_model(path), 'CPU', config)
    names = [next(iter(output.names)) for output in compiled.outputs]
    return version('openvino'), lambda photo: dict(zip(names, (np.array(x) for x in compiled(photo).values())))


def tract(path):
    import tract

    model = tract.onnx().load(path)
    names = [model.output_name(i) for i in range(model.output_count())]
    runnable = model.into_model().into_runnable()
    return version('tract'), lambda photo: dict(zip(names, (x.to_numpy() for x in runnable.run([photo]))))


def mnn(path):
    import MNN

    folder = tempfile.mkdtemp()
    converted = os.path.join(folder, 'model.mnn')
    subprocess.run(
        [sys.executable, '-c', 'from MNN.tools.mnnconvert import main; main()', '-f', 'ONNX', '--modelFile', path,
         '--MNNModel', converted, '--bizCode', 'MNN'], check=True, stdout=subprocess.DEVNULL,
    )
    names = json_names(path)
    module = MNN.nn.load_module_from_file(converted, ['pixels'], names)

    def answer(photo):
        # Told to be channels first, though it is not: otherwise it is turned round.
        given = MNN.expr.const(photo.ctypes.data, list(photo.shape), MNN.expr.NCHW, MNN.expr.uint8)
        return dict(zip(names, (np.array(x.read()) for x in module.onForward([given]))))

    return version('MNN'), answer


def onnx2torch(path):
    import onnx
    import torch
    from onnx2torch import convert

    model = onnx.load(path)
    names = [output.name for output in model.graph.output]
    network = convert(model).eval()

    def answer(photo):
        with torch.no_grad():
            return dict(zip(names, (x.numpy() for x in network(torch.from_numpy(photo.copy())))))

    return version('onnx2torch'), answer


def onnxslim(path):
    import onnxslim as slim

    return rewritten(version('onnxslim'), path, slim.slim)


def onnxsim(path):
    import onnx
    import onnxsim as simplifier

    return rewritten(version('onnxsim'), path, lambda path: simplifier.simplify(onnx.load(path))[0])


def rewritten(rewriter, path, rewrite):
    """What an optimiser of graphs makes of the file, in onnxruntime."""
    import onnx

    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, 'model.onnx')
        onnx.save(rewrite(path), file)
        return rewriter, onnxruntime(file)[1]


def main():
    way, path, photos, size, *rest = sys.argv[1:]
    side, rounds = int(size), int(rest[0]) if rest else 0
    pixels = np.fromfile(photos, np.uint8).reshape(-1, 1, side, side, 3)
    # Some of them greet on standard output.
    with contextlib.redirect_stdout(sys.stderr):
        try:
            opened, answer = globals()[way](path)
            answers = [answer(photo) for photo in pixels]
        except Exception as error:
            sys.__stdout__.write(json.dumps({'refused': f'{type(error).__name__}: {" ".join(str(error).split())}'}) + '\n')
            return
        times = []
        for i in range(rounds):
            started = time.perf_counter()
            answer(pixels[i % len(pixels)])
            times.append((time.perf_counter() - started) * 1000)
    has = lambda name: name in answers[0]  # noqa: E731
    print(json.dumps({
        'version': opened,
        'first': next(iter(answers[0])),
        'probabilities': [np.ravel(one['probabilities']).tolist() for one in answers],
        'known': [float(np.ravel(one['known'])[0]) for one in answers] if has('known') else None,
        'ms': float(np.median(times)) if times else None,
    }))


main()
