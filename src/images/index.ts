export {
  type Augmentation,
  type AugmentationDraw,
  checkAugmentation,
  drawAugmentation,
  PLAIN,
  SIDE_ON,
} from './augment.js'
export { renderAugmented, renderViews } from './augmented-view.js'
export { type ContactSheetOptions, contactSheet } from './contact-sheet.js'
export { type DecodeOptions, decode, type OpenPhoto, openPhoto } from './decode.js'
export { type GateSeat, leaveSeat, sit, takeSeat } from './decode-gate.js'
export type { DecodedBeside, LookAt } from './decoded-beside.js'
export { dataUri, type EncodeOptions, encodeJpeg, encodePng, thumbnail } from './encode.js'
export { asJpeg, type ExaminedPhoto, examinePhoto, isRare } from './examine.js'
export { type PhotoStory, storyOf } from './exif.js'
export {
  decoderVersions,
  type PhotoFormat,
  type Sniffed,
  type StoredBeside,
  sniff,
} from './formats/index.js'
export { insideFrame } from './frame.js'
export { greyMap, greyOf } from './grey.js'
export { headerOf, inspectPhoto, type OpenedHead, openHead, type PhotoHeader } from './inspect.js'
export { type JpegMarks, jpegMarks } from './jpeg-marks.js'
export { MAX_FILE_BYTES } from './limits.js'
export { hashDistance, perceptualHash, symmetricHash } from './perceptual-hash.js'
export { hashBuffer, hashPhotoFile, headOf, readPhotoFile, sha256Of } from './photo-file.js'
export { type Colour, type GreyPixels, type Pixels, pixelsOf } from './pixels.js'
export { plainPixels } from './plain-pixels.js'
export { withPngTexts } from './png-text.js'
export { type PhotoSize, quickSize } from './quick-size.js'
export {
  type PhotoFile,
  PhotoReader,
  type PhotoReaderOptions,
  readViews,
  type ViewsOptions,
} from './reader.js'
export { resize, resizeTo } from './resize.js'
export { testTimeViews } from './test-time-views.js'
export { type PhotoProblem, UnreadablePhoto } from './unreadable.js'
export { checkRule, NEUTRAL, renderView, type ViewRule, viewVersion } from './view.js'
export { type EvenFormat, writeEven } from './write-even.js'
