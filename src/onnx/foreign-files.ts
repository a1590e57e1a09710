/** What stands in files that are met under the name of a model: where, and what that makes them. */
const marks: readonly (readonly [mark: string, at: number, what: string])[] = [
  ['version https://git-lfs', 0, 'a Git LFS pointer, not the model itself (git lfs pull fetches it)'],
  ['<', 0, 'a web page, not an ONNX model; download the file itself'],
  [
    'PK\x03\x04',
    0,
    'a zip archive, as torch.save writes, not an ONNX model; export it with torch.onnx.export',
  ],
  ['\x80\x02', 0, 'a pickle, as torch.save wrote, not an ONNX model; export it with torch.onnx.export'],
  ['\x80\x04', 0, 'a pickle, as joblib writes, not an ONNX model'],
  ['\x89HDF', 0, 'a Keras or HDF5 file, not an ONNX model; export it with model.export(FILE, format="onnx")'],
  ['TFL3', 4, 'a TensorFlow Lite model, not an ONNX model; convert it with tf2onnx'],
  ['ORTM', 4, "a model in onnxruntime's own format (.ort); give the .onnx file that it was made from"],
  ['{"', 8, 'a safetensors file, not an ONNX model; give it under its own name'],
  ['\x89PNG', 0, 'a picture, not an ONNX model'],
  ['\xff\xd8\xff', 0, 'a picture, not an ONNX model'],
  ['GIF8', 0, 'a picture, not an ONNX model'],
  ['RIFF', 0, 'a picture, not an ONNX model'],
  ['\x1f\x8b', 0, 'a gzip archive, not an ONNX model; unpack it first'],
  ['{', 0, 'JSON text, not an ONNX model'],
]

const DAMAGED = 'an ONNX model that is cut short or damaged; fetch or export it again'

/** Whether {@link whatItIs} says that bytes were never a model. */
export function isForeign(what: string): boolean {
  return what !== DAMAGED
}

/** What bytes that cannot be read as a model are, for a message. */
export function whatItIs(bytes: Uint8Array): string {
  const start = String.fromCharCode(...bytes.subarray(0, 64))
  const found = marks.find(([mark, at]) => start.startsWith(mark, at))
  if (found) return found[2]
  // The version of the format comes first in what exporters write.
  const isOnnx = bytes[0] === 8 && bytes[1] > 0 && bytes[1] < 32
  return isOnnx ? DAMAGED : 'not an ONNX model'
}
