import { useEffect, useRef } from 'react'

/** Longest side of a frame as it is sent: the network sees 224. */
const FRAME_SIDE = 480
/** Between two frames at least, so that the page and other work on the machine go on. */
const PAUSE_MS = 100

/**
 * The camera's picture, and its frames one by one.
 *
 * @param onFrame - the next frame comes when it is done with this one
 */
export function Camera({
  label,
  onFrame,
  onTrouble,
}: {
  readonly label: string
  readonly onFrame: (frame: Blob) => Promise<void>
  readonly onTrouble: () => void
}) {
  const video = useRef<HTMLVideoElement>(null)
  const latest = useRef({ onFrame, onTrouble })
  latest.current = { onFrame, onTrouble }
  useEffect(() => {
    const element = video.current
    if (element === null) return
    const leaving = new AbortController()
    run(element, leaving.signal, frame => latest.current.onFrame(frame)).catch(() => {
      if (!leaving.signal.aborted) latest.current.onTrouble()
    })
    return () => leaving.abort()
  }, [])
  return <video ref={video} className="tried-photo" aria-label={label} autoPlay muted playsInline />
}

async function run(
  video: HTMLVideoElement,
  signal: AbortSignal,
  onFrame: (frame: Blob) => Promise<void>,
): Promise<void> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
  const stop = () => {
    for (const track of stream.getTracks()) track.stop()
  }
  if (signal.aborted) return stop()
  signal.addEventListener('abort', stop, { once: true })
  video.srcObject = stream
  await video.play()
  while (!signal.aborted) {
    await onFrame(await frameOf(video))
    await new Promise(resolve => setTimeout(resolve, PAUSE_MS))
  }
}

async function frameOf(video: HTMLVideoElement): Promise<Blob> {
  const scale = Math.min(1, FRAME_SIDE / Math.max(video.videoWidth, video.videoHeight))
  const canvas = new OffscreenCanvas(video.videoWidth * scale, video.videoHeight * scale)
  canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height)
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 })
}
