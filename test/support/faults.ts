import sharp, { type Sharp } from 'sharp'
import { scene } from './scenes.js'

/** A file with a fault: how its name ends, and its bytes. */
export interface FaultyFile {
  readonly extension: string
  readonly bytes: Uint8Array
}

const jpg = async (picture: Sharp, quality = 90): Promise<FaultyFile> => ({
  extension: '.jpg',
  bytes: await picture.jpeg({ quality }).toBuffer(),
})

/** A straight way, as the mean over which a shaken photo shows. */
function way(length: number, isOn: (i: number) => boolean): number[] {
  return Array.from({ length }, (_, i) => (isOn(i) ? 1 : 0))
}

/** Faults of one photo, by the check that finds them: functions of a photo's bytes and of a number. */
export const faults = {
  unreadable: [
    async photo => ({ extension: '.jpg', bytes: photo.subarray(0, photo.length >> 1) }),
    async () => ({ extension: '.jpg', bytes: Buffer.from('<html>not found</html>') }),
    async () => ({ extension: '.jpg', bytes: new Uint8Array() }),
    async photo => ({ extension: '.png', bytes: (await sharp(photo).png().toBuffer()).subarray(0, 20_000) }),
    // It shows all of its picture, but its end is gone.
    async photo => ({ extension: '.jpg', bytes: photo.subarray(0, photo.length - 2) }),
  ],
  extension: [
    async photo => ({ extension: '.png', bytes: photo }),
    async photo => ({ extension: '', bytes: photo }),
    async photo => ({ extension: '.jpg', bytes: await sharp(photo).webp().toBuffer() }),
  ],
  'too-small': [
    photo => jpg(sharp(photo).resize(40)),
    photo => jpg(sharp(photo).resize(24, 400, { fit: 'fill' })),
  ],
  'odd-aspect': [
    photo => jpg(sharp(photo).resize(320, 80, { fit: 'cover' })),
    photo => jpg(sharp(photo).resize(70, 240, { fit: 'cover' })),
  ],
  dark: [photo => jpg(sharp(photo).linear(0.2, 0))],
  bright: [photo => jpg(sharp(photo).linear(2.5, 0))],
  blurred: [
    // Out of focus, at any size: also where there are many pixels.
    photo => jpg(sharp(photo).blur(5)),
    // So far that little is left of coarse detail, either.
    async photo => jpg(sharp(await sharp(photo).linear(0.6, 50).toBuffer()).blur(7)),
    async photo => jpg(sharp(await sharp(photo).resize(2400).toBuffer()).blur(30)),
    photo =>
      jpg(sharp(photo).convolve({ width: 25, height: 3, kernel: way(75, i => Math.floor(i / 25) === 1) })),
    photo => jpg(sharp(photo).convolve({ width: 3, height: 25, kernel: way(75, i => i % 3 === 1) })),
  ],
  'low-information': [
    (_photo, i) =>
      jpg(
        sharp({
          create: { width: 200, height: 150, channels: 3, background: { r: 9 * i, g: 120, b: 255 - 9 * i } },
        }),
      ),
    photo => jpg(sharp(photo).linear(0.06, 100)),
  ],
  'few-colours': [
    async photo => ({
      extension: '.png',
      bytes: await sharp(photo).png({ palette: true, colours: 6, dither: 0 }).toBuffer(),
    }),
    async photo => ({ extension: '.gif', bytes: await sharp(photo).gif({ colours: 64 }).toBuffer() }),
  ],
  greyscale: [
    photo => jpg(sharp(photo).greyscale()),
    photo => jpg(sharp(photo).greyscale().toColourspace('srgb'), 30),
  ],
  animated: [
    async (photo, i) => {
      const other = await scene(5000 + i)
      return {
        extension: '.gif',
        bytes: await sharp([photo, other], { join: { animated: true } })
          .gif()
          .toBuffer(),
      }
    },
    async (photo, i) => {
      const other = await scene(5000 + i)
      return {
        extension: '.webp',
        bytes: await sharp([photo, other], { join: { animated: true } })
          .webp()
          .toBuffer(),
      }
    },
  ],
  rotation: [
    async (photo, i) => ({
      extension: '.jpg',
      bytes: await sharp(photo)
        .withMetadata({ orientation: 2 + (i % 7) })
        .jpeg()
        .toBuffer(),
    }),
  ],
  place: [
    async photo => ({
      extension: '.jpg',
      bytes: await sharp(photo)
        .withExif({ IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '40/1 25/1 0/1' } })
        .jpeg()
        .toBuffer(),
    }),
    async photo => ({
      extension: '.jpg',
      bytes: await sharp(photo)
        .withExif({ IFD0: { Artist: 'Ana Martínez' } })
        .jpeg()
        .toBuffer(),
    }),
    async photo => ({
      extension: '.jpg',
      bytes: await sharp(photo)
        .withXmp(
          '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator><rdf:Seq><rdf:li>Ana</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>',
        )
        .jpeg()
        .toBuffer(),
    }),
  ],
} satisfies Record<string, ((photo: Buffer, i: number) => Promise<FaultyFile>)[]>
