import fs, { existsSync, readFileSync, renameSync } from 'node:fs'
import t from 'tap'
import { GatewayError } from '../src/errors.js'
import {
  childFor,
  createLog,
  describeError,
  type LogLevel,
  logLevels,
  openAuditLog,
} from '../src/log.js'
import { session } from './fixtures/session.js'

const canary = 'canary-7f3a'

function capture(level: LogLevel = 'trace') {
  const lines: string[] = []
  const log = createLog({ level }, { write: line => void lines.push(line) })
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> }
}

const secretNames = [
  'access_token',
  'accessToken',
  'authorization',
  'client_secret',
  'clientSecret',
  'code',
  'code_verifier',
  'codeVerifier',
  'cookie',
  'id_token',
  'idToken',
  'nonce',
  'password',
  'rawJwt',
  'refresh_token',
  'refreshToken',
  'secret',
  'secrets',
  'set-cookie',
  'state',
  'tokens',
]

t.test('a secret by its name is in no line, at the top or one level below', async t => {
  const { log, lines } = capture()
  for (const name of secretNames) {
    log.info({ [name]: canary }, 'top')
    log.info({ headers: { [name]: canary } }, 'below')
    log.info({ [name]: { deeper: canary } }, 'with something in it')
    log.child({ [name]: canary }).info('in a child')
  }
  t.equal(lines.length, 4 * secretNames.length)
  const leaked = lines.filter(line => line.includes(canary))
  t.strictSame(leaked, [])
})

t.test('nor in lines of which many are written', async t => {
  const { log, lines, last } = capture('error')
  const { write } = openAuditLog('stdout', log)
  const requests = childFor('requests', log)
  for (const name of secretNames) {
    for (const fields of [
      { [name]: canary },
      { headers: { [name]: canary } },
      { list: { other: 1, [name]: canary }, two: { [name]: canary } },
      { [name]: { deeper: canary } },
      { err: Object.assign(new Error('x'), { below: { [name]: canary } }) },
      { failure: Object.assign(new Error('x'), { [name]: canary }) },
    ]) {
      write?.(fields, 'audit')
      requests.info(fields, 'request')
    }
    requests.child({ [name]: canary }).info('in a child')
  }
  t.equal(lines.length, 13 * secretNames.length)
  t.strictSame(
    lines.filter(line => line.includes(canary)),
    [],
  )
  const given = { sub: 'jane', headers: { host: 'a.example', cookie: canary }, none: null }
  write?.(given, 'a sentence')
  const { time, ...line } = last()
  t.strictSame(line, {
    level: 30,
    stream: 'audit',
    sub: 'jane',
    headers: { host: 'a.example' },
    none: null,
    msg: 'a sentence',
  })
  t.equal(given.headers.cookie, canary, 'what was given is as it was')
  t.type(time, 'string')
})

t.test('what stands beside a secret is written', async t => {
  const { log, last } = capture()
  log.warn({ sub: 'jane', headers: { host: 'a.example', cookie: canary } }, 'a sentence')
  t.match(last(), { level: 40, sub: 'jane', headers: { host: 'a.example' }, msg: 'a sentence' })
  t.notMatch(last(), { headers: { cookie: /./ } })
})

t.test('a session that is logged as a whole leaves its tokens behind', async t => {
  const { log, lines } = capture()
  log.info({ session: session() }, 'top')
  log.info(session(), 'as the line itself')
  for (const line of lines) {
    t.notMatch(line, 'access-token')
    t.notMatch(line, 'refresh-token')
    t.notMatch(line, session().tokens.idToken)
    t.match(line, 'jane-sub')
  }
})

t.test(
  'an error shows class, code, text and reason, and nothing that a library hung on it',
  async t => {
    class JwtError extends Error {
      rawJwt = canary
      failedAssertion = { actual: canary }
      response = { body: canary }
      code = 'JWT_EXPIRED'
    }
    const { log, lines, last } = capture()
    log.error({ err: new JwtError('expired') }, 'failed')
    t.match(last().err, { type: 'JwtError', message: 'expired', errorCode: 'JWT_EXPIRED' })
    log.error({ err: new GatewayError('GW_ERR_TOKENS_REFUSED', { reason: 'nonce' }) }, 'failed')
    t.match(last().err, { errorCode: 'GW_ERR_TOKENS_REFUSED', reason: 'nonce' })
    log.error(new JwtError('bare'))
    t.match(last().err, { message: 'bare' })
    const wrapped = new Error('outer', {
      cause: new Error('middle', { cause: new JwtError('inner') }),
    })
    log.error({ err: wrapped }, 'failed')
    t.match(last().err, {
      message: 'outer',
      cause: { message: 'middle', cause: { type: 'JwtError', message: 'inner' } },
    })
    log.error({ err: new Error('by a value', { cause: { rawJwt: canary } }) }, 'failed')
    log.error({ err: new Error('by text', { cause: canary }) }, 'failed')
    t.notMatch(lines.join(''), canary)
  },
)

t.test('causes that go in a circle, or very deep, end', async t => {
  const round = new Error('round')
  round.cause = round
  let deep = new Error('0')
  for (let depth = 1; depth < 1000; depth++) deep = new Error(`${depth}`, { cause: deep })
  for (const error of [round, deep]) {
    const text = JSON.stringify(describeError(error))
    t.equal(text.match(/"message"/g)?.length, 4)
  }
})

t.test('what was thrown and is no error is described all the same', async t => {
  const rows: [unknown, string][] = [
    ['text', 'text'],
    [7, '7'],
    [null, 'null'],
    [undefined, 'undefined'],
    [Symbol('x'), 'Symbol(x)'],
    [{ accessToken: canary }, '[object Object]'],
  ]
  for (const [thrown, message] of rows) t.strictSame(describeError(thrown), { message })
  t.strictSame(describeError(Object.assign(new Error('x'), { code: 7, reason: {} })), {
    type: 'Error',
    message: 'x',
  })
})

// Not even this may keep a failure from being written down and answered.
t.test('a thrown object that cannot be made text is described without it', async t => {
  const odd = [
    Object.create(null),
    {
      toString() {
        throw new Error('no text')
      },
    },
  ]
  const { log, lines } = capture()
  for (const thrown of odd) log.error({ err: thrown }, 'request failed')
  t.equal(lines.length, 2)
  t.match(JSON.parse(lines[0] ?? '{}'), { err: { message: 'object' } })
})

t.test('each event is one line of JSON, whatever is in it', async t => {
  const { log, lines, last } = capture()
  const text = 'a\nb\r\n{"level":60}\u2028\u0000\u001b[2J'
  log.info({ name: text, err: new Error(text) }, text)
  t.equal(lines.length, 1)
  t.equal(lines[0]?.trimEnd().split(/[\r\n]/).length, 1)
  t.notMatch(lines[0], '\u001b')
  t.match(last(), { level: 30, name: text, msg: text, err: { message: text } })
})

t.test('lines have a time in UTC, and nothing about the machine', async t => {
  const { log, last } = capture()
  log.info('sentence')
  const { time, ...rest } = last()
  t.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  t.strictSame(rest, { level: 30, msg: 'sentence' })
})

t.test('a level hides what is quieter', async t => {
  for (const level of logLevels) {
    const { log, lines } = capture(level)
    for (const method of ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const)
      log[method]('x')
    t.equal(lines.length, logLevels.indexOf(level), level)
  }
})

t.test(
  'an audit file whose folder was away goes on where it is back, and nothing is closed twice',
  async t => {
    const { log, lines } = capture()
    const folder = t.testdir({ away: {}, audit: {} })
    const file = `${folder}/audit/audit.log`
    const audit = openAuditLog(file, log)
    const turn = () => new Promise(setImmediate)
    await turn()
    const closes = t.capture(fs, 'close', fs.close)
    renameSync(`${folder}/audit`, `${folder}/gone`)
    for (let n = 0; n < 3; n++) audit.reopen()
    await turn()
    t.equal(lines.length, 1, 'told once')
    audit.write?.({ n: 1 }, 'to the file that is open')
    renameSync(`${folder}/away`, `${folder}/audit`)
    audit.reopen()
    await turn()
    audit.write?.({ n: 2 }, 'to the new one')
    const numbers = (path: string) =>
      readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .map(line => JSON.parse(line).n)
    t.strictSame(numbers(`${folder}/gone/audit.log`), [1])
    t.strictSame(numbers(file), [2])
    t.equal(closes().length, 1, 'the descriptor of before, once')
    audit.close()
    audit.close()
    audit.reopen()
    audit.write?.({ n: 3 }, 'among the others')
    await turn()
    t.strictSame(numbers(file), [2])
    t.equal(lines.length, 2, 'and no complaint')
    t.ok(existsSync(file))
  },
)
