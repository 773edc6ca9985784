// Triggers around accounts: refused, confirmed, told, and moved in from an old table.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { startEmulator } from '../../../src/emulator/app.js'
import { readPool } from '../../../src/emulator/pool.js'
import type { TriggerEvent, Triggers } from '../../../src/emulator/triggers/trigger.js'
import { alarmOf, headingOf, isBack, submit } from '../../fixtures/hosted-ui.js'
import { PlainBrowser } from '../../fixtures/plain-browser.js'
import { authorizeUrl, testPool } from '../../fixtures/pool-client.js'

const newcomer = {
  username: 'newcomer',
  'requiredAttributes[email]': 'new@example.com',
  password: 'Newcomer-1',
}

async function signUpWith(t: Test, triggers: Triggers) {
  const emulator = await testPool(t, {}, { triggers })
  const browser = new PlainBrowser()
  const url = authorizeUrl(emulator).replace('/oauth2/authorize', '/signup')
  const answer = await submit(browser, await browser.follow(url), newcomer)
  return { emulator, answer }
}

async function signInWith(t: Test, triggers: Triggers, username: string, password: string) {
  const emulator = await testPool(t, {}, { triggers })
  const browser = new PlainBrowser()
  const page = await browser.follow(authorizeUrl(emulator))
  const attempt = () => submit(browser, page, { username, password })
  return { emulator, attempt }
}

t.test('pre sign-up refuses with its own words, and nobody is added', async t => {
  const { emulator, answer } = await signUpWith(t, {
    preSignUp() {
      throw new Error('no newcomers today')
    },
  })
  t.equal(alarmOf(answer), 'PreSignUp failed with error no newcomers today.')
  t.equal(emulator.settings.users.length, 2)
})

t.test('pre sign-up confirms at once; post confirmation hears of it', async t => {
  const heard: TriggerEvent[] = []
  const { answer, emulator } = await signUpWith(t, {
    preSignUp(event) {
      event.response.autoConfirmUser = true
      event.response.autoVerifyEmail = true
      return event
    },
    async postConfirmation(event) {
      heard.push(event)
      return event
    },
  })
  t.ok(isBack(answer))
  t.match(heard, [
    {
      triggerSource: 'PostConfirmation_ConfirmSignUp',
      region: 'us-east-1',
      userPoolId: 'us-east-1_Emulator1',
      userName: 'newcomer',
      request: { userAttributes: { email: 'new@example.com', email_verified: 'true' } },
    },
  ])
  t.equal(emulator.settings.users.at(-1)?.attributes.email_verified, true)
})

t.test('a trigger that answers with nothing is an error, as at Cognito', async t => {
  const { answer } = await signUpWith(t, { preSignUp: (() => undefined) as never })
  t.equal(alarmOf(answer), 'Unrecognizable lambda output')
})

const legacy: Triggers = {
  async userMigration(event) {
    const { password } = event.request
    if (event.userName !== 'olduser' || password !== 'old') throw new Error('not in the old table')
    event.response.userAttributes = {
      email: 'old@example.com',
      email_verified: 'true',
      name: 'Old',
    }
    event.response.finalUserStatus = 'CONFIRMED'
    return event
  },
}

t.test('an unknown user of the old table moves in at the first sign-in, once', async t => {
  let lookups = 0
  const counted: Triggers = {
    userMigration(event) {
      lookups++
      return legacy.userMigration?.(event) as Promise<TriggerEvent>
    },
  }
  const { emulator, attempt } = await signInWith(t, counted, 'olduser', 'old')
  t.ok(isBack(await attempt()))
  t.match(emulator.settings.users.at(-1), {
    username: 'olduser',
    status: 'CONFIRMED',
    attributes: { email: 'old@example.com', email_verified: true, name: 'Old' },
  })
  t.ok(isBack(await attempt()))
  t.equal(lookups, 1)
})

t.test('who is not in the old table, or has another password there, stays out', async t => {
  const wrong = await signInWith(t, legacy, 'olduser', 'other')
  t.equal(alarmOf(await wrong.attempt()), 'Incorrect username or password.')
  t.equal(wrong.emulator.settings.users.length, 2)
  const known = await signInWith(t, legacy, 'jane', 'old')
  t.equal(alarmOf(await known.attempt()), 'Incorrect username or password.', 'no lookup')
})

t.test('a module beside the pool file is loaded by its path', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'emulator-'))
  const file = join(folder, 'pool.yaml')
  writeFileSync(
    join(folder, 'triggers.mjs'),
    "export async function preSignUp() { throw new Error('from the module') }\n",
  )
  writeFileSync(
    file,
    `triggers: ./triggers.mjs
users: [{ username: jane, password: Jane-pass1 }]
clients: [{ id: public1, callbackUrls: ["http://localhost:3000/oauth2/callback"] }]
`,
  )
  const emulator = await startEmulator({ pool: readPool(file) })
  t.teardown(() => emulator.close())
  const browser = new PlainBrowser()
  const url = authorizeUrl(emulator).replace('/oauth2/authorize', '/signup')
  const answer = await submit(browser, await browser.follow(url), newcomer)
  t.equal(alarmOf(answer), 'PreSignUp failed with error from the module.')
  t.equal(headingOf(answer), 'Sign up')
  writeFileSync(join(folder, 'empty.mjs'), 'export const nothing = 1\n')
  writeFileSync(
    file,
    `triggers: ./empty.mjs\nusers: [{ username: a, password: b }]\nclients: [{ id: c }]\n`,
  )
  await t.rejects(startEmulator({ pool: readPool(file) }), /exports no trigger/)
})
