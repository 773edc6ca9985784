import t from 'tap'
import { chooseLanguage } from '../../src/texts/language.js'
import { textsByLanguage } from '../../src/texts/table.js'

t.test('the best language that there is', async t => {
  const rows: [string | undefined, string | null, string][] = [
    [undefined, null, 'en'],
    ['', null, 'en'],
    ['*', null, 'en'],
    ['ko', null, 'ko'],
    ['ko-KR,ko;q=0.9,en-US;q=0.8', null, 'ko'],
    ['de-DE, ja;q=0.5, en;q=0.2', null, 'ja'],
    ['en;q=0.1, ja;q=0.9', null, 'ja'],
    ['fr', null, 'en'],
    ['ko;q=0, en', null, 'en'],
    ['rubbish;;;q=x,,', null, 'en'],
    [`${'x,'.repeat(100_000)}ko`, null, 'en'],
    ['ko', 'ja', 'ja'],
    ['ko', 'JA', 'ja'],
    ['ko', 'fr', 'ko'],
    ['ko', '../../etc', 'ko'],
    ['ko', '__proto__', 'ko'],
  ]
  for (const [accept, asked, expected] of rows) {
    t.equal(chooseLanguage(accept, asked), expected, `${accept?.slice(0, 40)} ${asked}`)
  }
})

t.test('every language has its own words for everything', async t => {
  const leaves = (node: object): string[] =>
    Object.entries(node).flatMap(([key, value]) =>
      typeof value === 'string'
        ? [`${key}: ${value}`]
        : key === 'errors'
          ? leavesOf(value)
          : leaves(value),
    )
  const leavesOf = (errors: Record<string, { title: string; message: string }>) =>
    Object.entries(errors).flatMap(([code, { title, message }]) => [
      `${code}.title: ${title}`,
      `${code}.message: ${message}`,
    ])
  const english = new Set(leaves(textsByLanguage.en))
  for (const language of ['ko', 'ja'] as const) {
    const own = leaves(textsByLanguage[language])
    t.equal(own.length, english.size, language)
    t.strictSame(
      own.filter(text => english.has(text)),
      [],
      `${language}: nothing left in English`,
    )
    const script = language === 'ko' ? /[가-힣]/ : /[ぁ-んァ-ヶ一-龠]/
    t.strictSame(
      own.filter(text => !script.test(text) && !text.startsWith('id:')),
      [],
    )
  }
})
