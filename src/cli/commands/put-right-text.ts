import type { PutRightResult } from '../../actions/put-right.js'
import { commandInText, commandName, plural, shellPath } from '../../core/index.js'
import { type MarksSet, propertyWords } from '../../doctor/index.js'
import { columns, firstLines } from '../lines.js'
import { oneLine } from '../output.js'

/** What a person reads of what was said of photos. */
export function marksText({ kept, apart, forgotten }: MarksSet): string {
  if (kept.length + apart.length + forgotten === 0) return 'There was no mark to forget.'
  return [
    ...(kept.length === 0 ? [] : [`kept as they are: ${kept.map(oneLine).join(', ')}`]),
    ...(apart.length === 0 ? [] : [`no copies of one another: ${apart.map(oneLine).join(', ')}`]),
    ...(forgotten === 0 ? [] : [`${plural(forgotten, 'mark')} forgotten`]),
  ].join('\n')
}

/** What a person reads of what was done, or would be. */
export function putRightText(result: PutRightResult, folder: string): string {
  const { operation, fix, evenOut, isDryRun } = result
  const lines = [
    ...(fix === null ? [] : fixLines(fix, isDryRun)),
    ...(evenOut === null ? [] : evenOutLines(result, isDryRun)),
  ]
  if (isDryRun) lines.push('Nothing was changed; the same command without --dry-run does it.')
  if (operation !== null)
    lines.push(
      `${commandInText(`${commandName()} undo ${shellPath(folder)}`)} takes it back (number ${operation}).`,
    )
  return lines.join('\n')
}

function fixLines({ setAside, renamed, tables, left, notices }: Fix, isDryRun: boolean): string[] {
  const would = isDryRun ? 'would be ' : ''
  if (setAside.length + renamed.length + left.length === 0)
    return ['Nothing is certain enough to be put right without a person.']
  return [
    ...(setAside.length === 0 ? [] : [`${would}set aside: ${plural(setAside.length, 'photo')}`]),
    ...firstLines(
      setAside.map(
        ({ photo, to, stays }) => `  ${photo} -> ${to}${stays === null ? '' : `  (${stays} stays)`}`,
      ),
    ),
    ...(renamed.length === 0 ? [] : [`${would}renamed: ${plural(renamed.length, 'photo')}`]),
    ...firstLines(renamed.map(({ photo, to }) => `  ${photo} -> ${to}`)),
    ...tables.map(({ path, rows }) => `${oneLine(path)}: ${plural(rows, 'row')} followed`),
    ...leftLines(left),
    ...notices.map(notice => `! ${oneLine(notice)}`),
  ]
}

type Fix = NonNullable<PutRightResult['fix']>

function evenOutLines({ evenOut, shortcuts }: PutRightResult, isDryRun: boolean): string[] {
  if (evenOut === null) return []
  const { plan, photos, tables, left, notices } = evenOut
  return [
    ...(plan === null ? [] : [`${isDryRun ? 'would be ' : ''}written anew: ${plural(photos, 'photo')}`]),
    ...notices.map(oneLine),
    ...tables.map(({ path, rows }) => `${oneLine(path)}: ${plural(rows, 'row')} followed`),
    ...leftLines(left),
    ...(shortcuts === null ? [] : beforeAndAfter(shortcuts)),
  ]
}

/** How well each property told a class from the rest, and does now. */
function beforeAndAfter({ before, after }: NonNullable<PutRightResult['shortcuts']>): string[] {
  const key = (one: { property: string; class: string }) => `${one.property}\0${one.class}`
  const now = new Map(after.map(one => [key(one), one]))
  const rows = before.map(one => [
    propertyWords(one.property),
    oneLine(one.class),
    one.auc.toFixed(2),
    now.get(key(one))?.auc.toFixed(2) ?? 'alike',
  ])
  return columns([['what tells classes apart (AUC)', 'class', 'before', 'after'], ...rows])
}

function leftLines(left: readonly { readonly photo: string; readonly reason: string }[]): string[] {
  return left.length === 0
    ? []
    : ['left as they are:', ...firstLines(left.map(({ photo, reason }) => `  ${photo}: ${reason}`))]
}
