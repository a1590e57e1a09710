import { describe, expect, it } from 'vitest'
import { fileNameOf, folderNameOf } from './names.js'

describe('names of class folders', () => {
  it.each([
    ['chiquito de la calzada', 'chiquito de la calzada'],
    ['  red   ball ', 'red ball'],
    ['AC/DC', 'AC DC'],
    ['../../etc/passwd', 'etc passwd'],
    ['..', ''],
    ['.hidden', 'hidden'],
    ['what?', 'what'],
    ['C:\\temp\\*', 'C temp'],
    ['line\nbreak\u0007', 'line break'],
    ['\u202egpj.exe', 'gpj.exe'],
    ['train', 'trains'],
    ['toy Train', 'toy Trains'],
    ['test', 'tests'],
    ['crash-test dummy', 'crash-tests dummy'],
    ['training shoes', 'trainings shoes'],
    ['aux', 'aux_'],
    ['com1.old', 'com1.old_'],
    ['e\u0301clair', 'éclair'],
    ['ñ'.repeat(100), 'ñ'.repeat(60)],
  ])('%j is %j', (label, folder) => {
    expect(folderNameOf(label)).toBe(folder)
  })
})

describe('names of photos', () => {
  it('are their numbers, with an extension that says what they are', () => {
    expect(fileNameOf('', 7, 'jpeg')).toBe('00007.jpg')
    expect(fileNameOf('dog', 123456, 'png')).toBe('dog/123456.png')
  })
})
