import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { drawExplanation } from '../../explain/index.js'
import { ioError } from '../../files/index.js'
import { encodePng, readViews } from '../../images/index.js'
import { type Prediction, Predictor } from '../../predict/index.js'

interface Opened {
  /** Of the file: another model in its place is opened anew. */
  readonly key: string
  readonly predictor: Predictor
}

/** The model that photos are tried on, kept open for the next one: a camera shows ten a second. */
export class TriedModel {
  private opened: Opened | undefined
  /** One photo after another: a page waits for an answer before it shows the next. */
  private last: Promise<unknown> = Promise.resolve()

  /** @throws `io`, `model`, `image` */
  predict(run: string, photo: Uint8Array): Promise<Prediction> {
    return this.asking(run, predictor => predictor.predict(photo, PHOTO))
  }

  /** The photo as the network sees it, and over it what spoke for the verdict and what against, as PNG. @throws `io`, `model`, `image` */
  explain(run: string, photo: Uint8Array): Promise<Uint8Array> {
    return this.asking(run, async predictor => {
      const rule = predictor.metadata.view
      const [view] = await readViews(photo, { name: PHOTO, rule, draws: [null] })
      return encodePng(drawExplanation(view, rule.size, await predictor.explainView(view)))
    })
  }

  close(): Promise<void> {
    return this.after(() => this.leave())
  }

  private asking<T>(run: string, ask: (predictor: Predictor) => Promise<T>): Promise<T> {
    return this.after(async () => ask(await this.open(join(run, 'model.onnx'))))
  }

  private after<T>(act: () => Promise<T>): Promise<T> {
    const done = this.last.then(act)
    this.last = done.catch(() => undefined)
    return done
  }

  private async open(file: string): Promise<Predictor> {
    const key = await keyOf(file)
    if (this.opened?.key !== key) {
      await this.leave()
      this.opened = { key, predictor: await Predictor.open(file) }
    }
    return this.opened.predictor
  }

  private async leave(): Promise<void> {
    const { opened } = this
    this.opened = undefined
    await opened?.predictor.close()
  }
}

/** What errors call a photo that came without a name. */
const PHOTO = 'photo'

async function keyOf(file: string): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(file)
    return `${file} ${size} ${mtimeMs}`
  } catch (error) {
    throw ioError(error, 'open the model', file)
  }
}
