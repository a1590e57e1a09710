import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hubSettings } from './settings.js'

const home = resolve('/home/ana')
const settings = (env: Record<string, string>) => hubSettings({ env, home })

describe('hubSettings', () => {
  it.each([
    [{}, '.cache/huggingface/hub'],
    [{ XDG_CACHE_HOME: join(home, 'x') }, 'x/huggingface/hub'],
    [{ HF_HOME: join(home, 'h'), XDG_CACHE_HOME: join(home, 'x') }, 'h/hub'],
    [{ HUGGINGFACE_HUB_CACHE: '~/old', HF_HOME: join(home, 'h') }, 'old'],
    [{ HF_HUB_CACHE: '~/new', HUGGINGFACE_HUB_CACHE: '~/old' }, 'new'],
    [{ HF_HUB_CACHE: '', HF_HOME: '' }, '.cache/huggingface/hub'],
  ])('keeps the cache where other tools keep it: %j', (env, expected) => {
    expect(settings(env).cache).toBe(join(home, expected))
  })

  it('knows where the Hub is', () => {
    expect(settings({})).toMatchObject({ endpoint: 'https://huggingface.co', isOwnEndpoint: false })
    expect(settings({ HF_ENDPOINT: 'https://mirror.example/hf/' })).toMatchObject({
      endpoint: 'https://mirror.example/hf',
      isOwnEndpoint: true,
    })
    expect(() => settings({ HF_ENDPOINT: 'mirror' })).toThrow(/^HF_ENDPOINT: "mirror" is no http/)
    expect(() => settings({ HF_ENDPOINT: 'file:///x' })).toThrow(/^HF_ENDPOINT: /)
  })

  it.each([
    ['1', true],
    ['true', true],
    ['Yes', true],
    ['0', false],
    ['', false],
  ])('understands HF_HUB_OFFLINE=%s', (value, offline) => {
    expect(settings({ HF_HUB_OFFLINE: value }).offline).toBe(offline)
    expect(settings({ TRANSFORMERS_OFFLINE: value }).offline).toBe(offline)
  })
})
