// Every page with facts as they may come: what own templates are tried with before anybody needs them.
import type { Moment, PageFacts, PageName } from './page.js'

const moment: Moment = { iso: '2026-11-26T12:00:00.000Z', words: '5 minutes' }

const account: PageFacts['account'] = {
  name: 'jane',
  email: 'jane@example.com',
  groups: ['staff', 'team-a'],
  ...{ began: moment, idleEnds: moment, ends: moment, more: true, formWaits: true },
  others: [{ began: moment, used: moment, end: '/oauth2/account?end=x' }],
  signOut: '/oauth2/sign_out',
  signOutEverywhere: '/oauth2/sign_out?scope=everywhere',
}

const failure: PageFacts['error'] = {
  ...{ code: 'GW_ERR_FORBIDDEN', id: 'sample-1', framed: false, home: true },
  ...{ detail: 'Ask the finance team.', detailLink: 'https://wiki.example.com/' },
  ...{ retry: null, signIn: null, otherAccount: '/oauth2/sign_out?rd=%2F' },
}

const form: PageFacts['kept-form'] = {
  ...{ action: '/save', signIn: '/oauth2/start?rd=%2F', carrier: 'html' },
  fields: [['note', 'Tea at four']],
  shown: [
    { name: 'note', value: 'Tea at four' },
    { name: 'password', value: null },
  ],
}

/** Samples by page; together they walk every branch of our own templates. */
export const samples: { readonly [Name in PageName]: readonly PageFacts[Name][] } = {
  error: [
    failure,
    {
      ...failure,
      ...{ code: 'GW_ERR_UPSTREAM_TIMEOUT', detail: undefined, detailLink: undefined },
      ...{ retry: '/reports', signIn: '/oauth2/start?rd=%2F', otherAccount: null, framed: true },
    },
  ],
  'signed-out': [{ signIn: '/oauth2/start' }],
  'confirm-sign-out': [{ action: '/oauth2/sign_out' }],
  account: [
    account,
    { ...account, name: null, email: null, groups: [], others: [], formWaits: false },
    { ...account, others: 'unknown' },
    { ...account, others: 'away', more: false },
  ],
  'kept-form': [form, { ...form, carrier: 'script', fields: [['', 'x']], shown: [] }],
  'lost-form': [
    { why: 'tooLarge', signIn: '/oauth2/start' },
    { why: 'files', signIn: '/oauth2/start' },
    { why: 'unreadable', signIn: '/oauth2/start' },
  ],
  'keep-fragment': [
    { page: '/reports', signIn: '/oauth2/start', signInWithFragment: '/oauth2/start?rd=x' },
  ],
  landing: [{ page: '/reports' }],
}

/** Names of all pages. */
export const pageNames = Object.keys(samples) as readonly PageName[]
