// Paths that oauth2-proxy lets everybody pass: regular expressions there, paths here. Only what means the same, or
// lets fewer pass, is taken over.

/** A path of ours, or why there is none. */
export type OpenPath =
  | {
      readonly path: string
      readonly exact: boolean
      readonly methods?: readonly string[]
      /** What is different here. */
      readonly difference?: string
    }
  | { readonly path: null }

/** Letters that stand for themselves in a path and in a regular expression. */
const plain = '(?:/(?:[\\w-]|\\\\?[.])*)+'
const form = new RegExp(`^(?:([A-Z]+)=)?\\^(${plain})(\\$|/\\.\\*\\$?|\\(/\\|\\$\\)|\\.\\*\\$?|)$`)

/** Reads `METHOD=^/path$`, `^/path/`, `^/path`, `^/path(/|$)` and the like. */
export function readOpenPath(pattern: string): OpenPath {
  const [, method, text, end = ''] = form.exec(pattern) ?? []
  if (text === undefined || text.includes('//')) return { path: null }
  const bare = text.replaceAll('\\.', '.')
  const path = bare === '/' ? '/' : bare.replace(/\/$/, '')
  const methods = method === undefined ? {} : { methods: [method] }
  if (end === '$') {
    // With a slash at its end it would be another path here.
    return bare === path ? { path, exact: true, ...methods } : { path: null }
  }
  if (path === '/' || end === '(/|$)') return { path, exact: false, ...methods }
  const whole = bare.endsWith('/') || end.startsWith('/')
  const difference = whole
    ? `${path} itself is open too`
    : `${path} and what is below it are open, but no longer what only begins with the same letters`
  return { path, exact: false, ...methods, difference }
}
