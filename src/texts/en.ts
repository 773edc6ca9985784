// The gateway's pages in English.
import { errorTable } from '../errors.js'
import type { Texts } from './texts.js'

export const en: Texts = {
  errors: errorTable,
  signIn: 'Sign in',
  startPage: 'Go to the start page',
  otherAccount: 'Use another account',
  error: 'Error',
  id: 'Id',
  signedOut: {
    title: 'You are signed out',
    text: 'Your session on this site has ended. On a shared computer, close the browser as well.',
    again: 'Sign in again',
  },
  confirmSignOut: {
    title: 'Sign out?',
    text: 'Another site sent you here to sign you out. Do that only if you want to.',
    yes: 'Sign out',
    no: 'Stay signed in',
  },
}
