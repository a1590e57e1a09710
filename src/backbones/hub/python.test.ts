import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/support/files.js'
import { hubCommit, serveHub } from '../../../test/support/hub.js'
import { pythonWith, runPython } from '../../../test/support/python.js'
import { hubFile } from './fetch.js'
import { hubSettings } from './settings.js'

const python = pythonWith('huggingface_hub')
const needs = '(needs Python with huggingface_hub: CHIQUITO_PYTHON or scripts/make-venv.sh)'

const download = `
import json, sys
from huggingface_hub import hf_hub_download
print(json.dumps(hf_hub_download("owner/net", "model.safetensors")))
`
const look = `
import json, sys
from huggingface_hub import hf_hub_download, scan_cache_dir
path = hf_hub_download("owner/net", "model.safetensors", local_files_only=True)
scan = scan_cache_dir()
repos = [[repo.repo_id, repo.nb_files, repo.size_on_disk, sorted(repo.refs)] for repo in scan.repos]
print(json.dumps({"path": path, "repos": repos, "warnings": [str(w) for w in scan.warnings]}))
`

beforeAll(() => {
  process.env.no_proxy = '127.0.0.1,localhost'
})

describe.skipIf(python === undefined)(`the cache is shared with the Hub library in Python ${needs}`, () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 2654435761) >>> 24)
  const wanted = { repo: 'owner/net', file: 'model.safetensors' }
  const surroundings = (address: string) => {
    const env = {
      HF_ENDPOINT: address,
      HF_HOME: temporaryFolder(),
      HF_HUB_DISABLE_XET: '1',
      HF_TOKEN: 'hf_x',
    }
    return { env, home: env.HF_HOME }
  }

  it('finds there what is fetched here', async () => {
    const hub = await serveHub(bytes, 'localhost')
    const { env, home } = surroundings(hub.address)
    const { path } = await hubFile(wanted, hubSettings({ env, home }), { label: 'net' })
    expect(await runPython(python ?? '', look, [], env)).toEqual({
      path,
      repos: [['owner/net', 1, bytes.length, ['main']]],
      warnings: [],
    })
    expect(await runPython(python ?? '', download, [], env)).toBe(path)
    expect(hub.content).toHaveLength(1)
  })

  it('finds here what is fetched there', async () => {
    const hub = await serveHub(bytes, 'localhost')
    const { env, home } = surroundings(hub.address)
    const path = await runPython(python ?? '', download, [], env)
    const asked = hub.requests.length
    const settings = hubSettings({ env, home })
    expect(await hubFile(wanted, settings, { label: 'net' })).toEqual({ path, sha256: hub.sha256 })
    expect(readFileSync(String(path)).equals(bytes)).toBe(true)
    expect(hub.requests).toHaveLength(asked)
    const folder = join(settings.cache, 'models--owner--net')
    expect(readdirSync(join(folder, 'snapshots'))).toEqual([hubCommit])
  })
})
