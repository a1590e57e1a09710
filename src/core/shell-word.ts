/** Read by every shell as they stand: `sh` and its kin, and the two of Windows, where a comma and an at sign mean something. */
const plain = { posix: /^[\w.+/-][\w./:=@%+,-]*$/, windows: /^[\w.:\\/+-][\w.:\\/=+-]*$/ }

/** Control characters, and the marks that reverse the direction of writing: as such they could pass for a line of ours. */
const invisible = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u
const everyInvisible = new RegExp(invisible, 'gu')

/**
 * A word of a command that is printed to be typed again, so that a shell reads it as that word, whatever is in it: spaces, quotes,
 * `$`. For `sh` in single quotes, on Windows in double quotes. Line breaks and the like become escapes that `printf` turns back.
 */
export function shellWord(text: string, platform: NodeJS.Platform = here()): string {
  if (platform === 'win32') return windowsWord(text)
  if (plain.posix.test(text)) return text
  if (!invisible.test(text)) return singleQuoted(text)
  const format = text
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%')
    .replace(/^-/, '\\055')
    .replace(everyInvisible, sign =>
      [...new TextEncoder().encode(sign)].map(byte => `\\${byte.toString(8).padStart(3, '0')}`).join(''),
    )
  return `"$(printf ${singleQuoted(format)})"`
}

/** The same for a path, which a leading `-` would make an option. */
export function shellPath(path: string, platform: NodeJS.Platform = here()): string {
  const isOption = path.startsWith('-')
  return shellWord(isOption ? `.${platform === 'win32' ? '\\' : '/'}${path}` : path, platform)
}

/** A command within a sentence: in double quotes, or, where it has such quotes itself, in backticks. */
export function commandInText(command: string): string {
  return command.includes('"') ? `\`${command}\`` : `"${command}"`
}

function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** No file name has double quotes there. Before the closing quote backslashes count twice. */
function windowsWord(text: string): string {
  if (plain.windows.test(text)) return text
  const visible = text.replace(everyInvisible, '\ufffd')
  return `"${visible.replaceAll('"', '\\"').replace(/\\+$/, '$&$&')}"`
}

/** Messages with commands in them are also made where there is no Node: in browsers. */
function here(): NodeJS.Platform {
  return typeof process === 'undefined' ? 'linux' : process.platform
}
