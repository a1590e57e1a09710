// Who drew the demo's pictures, and on what terms they may be passed on.

export interface Maker {
  /** Begins the name of each picture. */
  readonly key: string
  /** The npm package with the drawings, a development dependency: SVG in Iconify's JSON form. */
  readonly package: string
  readonly part: 'train' | 'valid' | 'unseen'
  /** Name of the set, who drew it and where it lives. */
  readonly title: string
  readonly creator: string
  readonly url: string
  readonly license: 'Apache-2.0' | 'MIT' | 'CC-BY-4.0'
}

export const makers: readonly Maker[] = [
  {
    key: 'noto',
    package: '@iconify-json/noto',
    part: 'train',
    title: 'Noto Emoji',
    creator: 'Google LLC',
    url: 'https://github.com/googlefonts/noto-emoji',
    license: 'Apache-2.0',
  },
  {
    key: 'twemoji',
    package: '@iconify-json/twemoji',
    part: 'train',
    title: 'Twemoji',
    creator: 'Twitter, Inc and other contributors',
    url: 'https://github.com/jdecked/twemoji',
    license: 'CC-BY-4.0',
  },
  {
    key: 'fluent',
    package: '@iconify-json/fluent-emoji-flat',
    part: 'valid',
    title: 'Fluent Emoji (flat)',
    creator: 'Microsoft Corporation',
    url: 'https://github.com/microsoft/fluentui-emoji',
    license: 'MIT',
  },
  {
    key: 'firefox',
    package: '@iconify-json/fxemoji',
    part: 'unseen',
    title: 'Firefox OS Emoji (FxEmojis)',
    creator: 'Mozilla Foundation',
    url: 'https://github.com/mozilla/fxemoji',
    license: 'Apache-2.0',
  },
]
