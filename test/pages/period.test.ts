import t from 'tap'
import { momentOf } from '../../src/pages/period.js'
import { textsByLanguage } from '../../src/texts/table.js'

const now = 1_800_000_000
const wordsFor = (offset: number, language: 'en' | 'ko' | 'ja' = 'en') =>
  momentOf(now + offset, now, language, textsByLanguage[language]).words

t.test('the two largest units, before and after', async t => {
  t.equal(wordsFor(7 * 3600 + 42 * 60 + 59), 'in 7 hours, 42 minutes')
  t.equal(wordsFor(-60), '1 minute ago')
  t.equal(wordsFor(2 * 86_400 + 3600 + 60), 'in 2 days, 1 hour')
  t.equal(wordsFor(3600), 'in 1 hour')
  t.equal(wordsFor(-86_400 - 60), '1 day ago')
})

t.test('less than a minute', async t => {
  t.equal(wordsFor(59), 'in less than a minute')
  t.equal(wordsFor(0), 'less than a minute ago')
})

t.test('in other languages', async t => {
  t.equal(wordsFor(-5 * 60, 'ko'), '5분 전')
  t.equal(wordsFor(3 * 3600 + 60, 'ko'), '3시간 1분 뒤')
  t.equal(wordsFor(-5 * 60, 'ja'), '5 分前')
})

t.test('programs read the instant', async t => {
  t.equal(momentOf(now, now, 'en', textsByLanguage.en).iso, '2027-01-15T08:00:00.000Z')
})
