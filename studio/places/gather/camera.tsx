import { type RefObject, useEffect, useRef, useState } from 'react'
import { Button } from 'react-aria-components'
import { Dialog } from '../../parts/dialog.js'
import { ErrorNote } from '../../parts/error-note.js'
import { Icon } from '../../parts/icon.js'
import { useWords } from '../../words/index.js'
import { greyOf, isAlike, LITTLE_SIDE } from './alike.js'
import { sendPhotos } from './uploads.js'

/** Between two looks at the picture while recording. */
const LOOK_MS = 120

/** Longer sides show no more to a network that looks at 224 pixels. */
const LONGEST_SIDE = 720
const QUALITY = 0.92

/** Pictures that are shown of a recording. */
const MOST_SHOWN = 12

/** Records bursts of a class from the webcam, while its button or the space bar is held. */
export function Camera({ label, close }: { readonly label: string; readonly close: () => void }) {
  const { gather: all } = useWords()
  const words = all.camera
  const [facing, setFacing] = useState<'user' | 'environment'>('user')
  const { video, state, cameras } = useCamera(facing)
  const { taken, skipped, shown, record } = useRecorder(video, label)
  return (
    <Dialog title={words.title(label)} close={close} className="camera">
      {state === 'refused' && <ErrorNote error={words.refused} />}
      <div className="camera-view">
        <video ref={video} className={facing === 'user' ? 'mirrored' : ''} muted playsInline autoPlay />
      </div>
      <p className="muted">{words.hint}</p>
      <div className="camera-acts">
        <Button
          className="button primary large"
          isDisabled={state !== 'on'}
          onPressStart={() => record(true)}
          onPressEnd={() => record(false)}
        >
          <Icon name="camera" /> {words.hold}
        </Button>
        {cameras > 1 && (
          <Button className="button" onPress={() => setFacing(facing === 'user' ? 'environment' : 'user')}>
            {words.turn}
          </Button>
        )}
        <Button className="button" onPress={close}>
          {words.done}
        </Button>
      </div>
      <p role="status" className="camera-told">
        <strong>{words.taken(taken)}</strong>{' '}
        {skipped > 0 && <span className="muted">{words.skipped(skipped)}</span>}
      </p>
      <div className="strip" aria-hidden="true">
        {shown.map(address => (
          <img key={address} src={address} alt="" className="photo-tile" />
        ))}
      </div>
    </Dialog>
  )
}

/** The webcam's picture in a video element, as long as the dialog is open. */
function useCamera(facing: 'user' | 'environment') {
  const video = useRef<HTMLVideoElement>(null)
  const [state, setState] = useState<'starting' | 'on' | 'refused'>('starting')
  const [cameras, setCameras] = useState(1)
  useEffect(() => {
    let stream: MediaStream | undefined
    let isGone = false
    const begin = async () => {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: facing }, audio: false })
      const devices = await navigator.mediaDevices.enumerateDevices()
      if (isGone || video.current === null) return stopAll(stream)
      setCameras(devices.filter(({ kind }) => kind === 'videoinput').length)
      video.current.srcObject = stream
      await video.current.play()
      setState('on')
    }
    begin().catch(() => {
      if (!isGone) setState('refused')
    })
    return () => {
      isGone = true
      if (stream) stopAll(stream)
    }
  }, [facing])
  return { video, state, cameras }
}

function stopAll(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}

/** Takes pictures while it is told to, leaves out those that are too alike, and sends the others. */
function useRecorder(video: RefObject<HTMLVideoElement | null>, label: string) {
  const [taken, setTaken] = useState(0)
  const [skipped, setSkipped] = useState(0)
  const [shown, setShown] = useState<readonly string[]>([])
  const timer = useRef<ReturnType<typeof setInterval>>(undefined)
  const kept = useRef<Uint8Array>(undefined)
  const look = async () => {
    if (video.current === null || video.current.videoWidth === 0) return
    const frame = littleOf(video.current)
    if (isAlike(frame, kept.current)) return setSkipped(count => count + 1)
    kept.current = frame
    const photo = await photoOf(video.current)
    if (photo === undefined) return
    sendPhotos([photo], label)
    setTaken(count => count + 1)
    setShown(addresses => {
      for (const old of addresses.slice(MOST_SHOWN - 1)) URL.revokeObjectURL(old)
      return [URL.createObjectURL(photo), ...addresses].slice(0, MOST_SHOWN)
    })
  }
  const record = (isHeld: boolean) => {
    clearInterval(timer.current)
    if (!isHeld) return
    void look()
    timer.current = setInterval(() => void look(), LOOK_MS)
  }
  useEffect(() => () => clearInterval(timer.current), [])
  return { taken, skipped, shown, record }
}

function littleOf(video: HTMLVideoElement): Uint8Array {
  const canvas = new OffscreenCanvas(LITTLE_SIDE, LITTLE_SIDE)
  const context = canvas.getContext('2d', { willReadFrequently: true })
  context?.drawImage(video, 0, 0, LITTLE_SIDE, LITTLE_SIDE)
  return context ? greyOf(context.getImageData(0, 0, LITTLE_SIDE, LITTLE_SIDE)) : new Uint8Array()
}

async function photoOf(video: HTMLVideoElement): Promise<File | undefined> {
  const { videoWidth, videoHeight } = video
  const scale = Math.min(1, LONGEST_SIDE / Math.max(videoWidth, videoHeight))
  const canvas = new OffscreenCanvas(Math.round(videoWidth * scale), Math.round(videoHeight * scale))
  const context = canvas.getContext('2d')
  if (context === null) return undefined
  context.drawImage(video, 0, 0, canvas.width, canvas.height)
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY })
  const time = new Date()
    .toISOString()
    .replace(/[-:]/g, '')
    .replace('T', '-')
    .replace('Z', '')
    .replace('.', '-')
  return new File([blob], `webcam-${time}.jpg`, { type: 'image/jpeg' })
}
