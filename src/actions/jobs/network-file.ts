import path from 'node:path'
import { isOwnFile } from '../../backbones/index.js'

/** A network as it was asked for; one in a file as every process finds it. */
export function fileOf(backbone: string): string {
  if (!isOwnFile(backbone)) return backbone
  const [, name, file] = /^([^=/\\]+=)?(.*)$/s.exec(backbone) ?? []
  return `${name ?? ''}${path.resolve(file)}`
}
