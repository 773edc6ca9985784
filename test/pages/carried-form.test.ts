// What a page carries of a form, held against what browsers would send of it again.
import fc from 'fast-check'
import t from 'tap'
import { carryForm } from '../../src/pages/carried-form.js'

/** windows-1252 by the table of the WHATWG, for the bytes 80 to 9F. */
const upper = [
  0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152,
  0x8d, 0x17d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122,
  0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178,
]

/** As a browser submits fields with accept-charset windows-1252 (HTML, constructing the entry list; URL, 5.2). */
function submit(fields: readonly (readonly [string, string])[]): string {
  const encode = (text: string) =>
    [...text.replace(/\r\n|\r|\n/g, '\r\n')]
      .map(character => {
        const code = character.codePointAt(0) as number
        const byte = upper.includes(code) ? 0x80 + upper.indexOf(code) : code
        if (byte === 0x20) return '+'
        if (/[\w*.-]/.test(String.fromCharCode(byte))) return String.fromCharCode(byte)
        return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
      })
      .join('')
  return fields.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')
}

const carry = (text: string) => carryForm(Buffer.from(text, 'latin1'))

t.test('any bytes that a browser can send are sent again as they were', async t => {
  const text = fc.uint8Array({ maxLength: 40 }).map(bytes =>
    Buffer.from(bytes)
      .toString('latin1')
      .replace(/[\r\n]/g, '\r\n'),
  )
  const toBody = (pairs: readonly (readonly [string, string])[]) => {
    const encode = (part: string) =>
      [...part]
        .map(character =>
          character === ' '
            ? '+'
            : /[\w*.-]/.test(character)
              ? character
              : `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
        )
        .join('')
    return pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')
  }
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { maxLength: 6 }), pairs => {
      const body = toBody(pairs)
      const carried = carry(body)
      return carried !== null && submit(carried.fields) === body
    }),
    { numRuns: 500 },
  )
  t.pass('500 forms')
})

t.test('order, duplicates, and names that mean something to JavaScript', async t => {
  const body = '__proto__=1&a=2&a=1&constructor=x&a=2&length=0'
  const carried = carry(body)
  t.equal(carried?.carrier, 'html')
  t.equal(submit(carried?.fields ?? []), body)
})

t.test('what HTML cannot carry takes a script', async t => {
  for (const body of ['=x', '=', 'a=1&=2', 'a=%00', '%00=a'])
    t.equal(carry(body)?.carrier, 'script', body)
})

t.test('a form without fields is one', async t => {
  t.strictSame(carry(''), { carrier: 'html', fields: [], shown: [] })
})

t.test('what no browser sends is not pretended to be kept', async t => {
  for (const body of [
    'a',
    'a=1&',
    '&a=1',
    'a=%0A',
    'a=%0D',
    'a=%41',
    'a=%c3',
    'a=%',
    'a=b=c',
    'a=é',
    'a=1;b=2',
    '{"a":1}',
  ])
    t.equal(carry(body), null, body)
})

t.test('what a person sees: text where it is UTF-8, shortened, and no secrets', async t => {
  const body = submit([
    ['note', 'Tea'],
    ['newPassword', 'p'],
    ['csrf_token', 'x'],
    ['long', 'x'.repeat(400)],
  ])
  t.strictSame(
    carry(`${body}&name=%ED%95%9C&euc=%C7%D1`)?.shown.map(({ value }) => value),
    ['Tea', null, null, `${'x'.repeat(300)}…`, '한', '…'],
  )
  const many = carry(Array.from({ length: 1000 }, (_, at) => `f${at}=${at}`).join('&'))
  t.equal(many?.fields.length, 1000)
  t.equal(many?.shown.length, 30)
})
