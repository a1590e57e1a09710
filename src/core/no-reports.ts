/**
 * Since 1.29 onnxruntime reports to its makers on Linux and macOS too, unless `ORT_DISABLE_TELEMETRY` is set in the process
 * when it is first used. Photos and models are nobody else's business. What a thread sets in its `process.env` is its own and
 * never reaches native code (Node, "worker_threads"): so whoever starts threads that run networks calls this first, in the
 * thread that it is in itself.
 */
export function forbidReports(): void {
  process.env.ORT_DISABLE_TELEMETRY = '1'
}
