import { runtimeVersion } from '../engine/index.js'
import { decoderVersions } from '../images/index.js'
import { type Release, releaseOf } from '../jobs/index.js'

/** The release that this program is of, among those who share a queue. */
export function queueRelease(): Release {
  return releaseOf([`onnxruntime ${runtimeVersion()}`, decoderVersions()])
}
