// Also runs in a browser.

/** How a probability is told: "sign" says that it is nearer to 0 or to 1 than a figure with one decimal can say. */
export interface ToldProbability {
  readonly sign: '' | '<' | '>'
  /** A share of 1, in thousandths. */
  readonly share: number
}

/** To the nearest tenth of a percent, but never surer than the model is: 0.99997 is more than 99.9 %, not 100 %. */
export function toldProbability(probability: number): ToldProbability {
  if (probability < 1 && probability >= 0.9995) return { sign: '>', share: 0.999 }
  if (probability > 0 && probability < 0.0005) return { sign: '<', share: 0.001 }
  return { sign: '', share: Math.round(probability * 1000) / 1000 }
}

/** A probability as every command, report and page of this project tells it: "99.8 %", ">99.9 %". */
export function probabilityText(probability: number): string {
  const { sign, share } = toldProbability(probability)
  return `${sign}${(share * 100).toFixed(1)} %`
}
