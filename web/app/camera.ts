/** Why a camera gives no picture. */
export type CameraTrouble = 'none' | 'denied' | 'failed'

/** As wide as a frame has to be, and no more: every pixel takes time. */
const WANTED_WIDTH = 640

/** The live picture of a camera in a video element. */
export class Camera {
  private stream: MediaStream | undefined
  /** Towards what the person looks at, first. */
  private facing: 'environment' | 'user' = 'environment'
  /** Counts starts and stops: a stream that comes after the person has gone on is let go. */
  private turn = 0

  /** @param lost - told where the camera stops by itself: it was unplugged, or taken away */
  constructor(
    private readonly video: HTMLVideoElement,
    private readonly lost: () => void,
  ) {}

  get isOn(): boolean {
    return this.stream !== undefined
  }

  /** Whether a page may ask for a camera at all: not on plain http. */
  static get isThere(): boolean {
    return 'mediaDevices' in navigator && typeof navigator.mediaDevices?.getUserMedia === 'function'
  }

  /** @returns what is wrong; undefined where the picture is there, or nobody waits for it any more */
  async start(): Promise<CameraTrouble | undefined> {
    this.stop()
    const turn = this.turn
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: { ideal: this.facing }, width: { ideal: WANTED_WIDTH } },
      })
      if (turn !== this.turn) {
        release(stream)
        return undefined
      }
      this.stream = stream
      // What is stopped here tells nothing.
      for (const track of stream.getVideoTracks())
        track.addEventListener('ended', () => stream === this.stream && this.lost())
      this.video.srcObject = stream
      this.video.classList.toggle('front', isFront(stream, this.facing))
      await this.video.play()
      return undefined
    } catch (error) {
      if (turn === this.turn) this.stop()
      return troubleOf(error)
    }
  }

  /** The other way round. */
  turnRound(): Promise<CameraTrouble | undefined> {
    this.facing = this.facing === 'environment' ? 'user' : 'environment'
    return this.start()
  }

  stop(): void {
    this.turn++
    if (this.stream) release(this.stream)
    this.stream = undefined
    this.video.srcObject = null
  }

  /** Waits for the next frame, or for a moment where none comes. */
  async nextFrame(): Promise<void> {
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, 250)
      this.video.requestVideoFrameCallback?.(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }
}

function release(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}

/** Where the camera does not say, as asked for; a computer's only camera looks at its user. */
function isFront(stream: MediaStream, asked: 'environment' | 'user'): boolean {
  const facing = stream.getVideoTracks()[0]?.getSettings().facingMode
  return (facing ?? asked) === 'user'
}

function troubleOf(error: unknown): CameraTrouble {
  const name = error instanceof DOMException ? error.name : ''
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'none'
  return name === 'NotAllowedError' || name === 'SecurityError' ? 'denied' : 'failed'
}
