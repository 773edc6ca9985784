import t from 'tap'
import { loadConfig } from '../../src/config.js'
import type { SettingTree } from '../../src/lib/setting-sources.js'

const identityPoolId = 'eu-west-1:12345678-1234-1234-1234-123456789012'
const signer = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/a/1'

function kept(settings: SettingTree): readonly string[] {
  const usual = {
    cognito: { userPoolId: 'eu-west-1_Abc', clientId: 'c', domain: 'example' },
    secrets: ['q83vEjRWeJq83vEjRWeJASNFZ4mrze8BI0VniavN7wE'],
    upstream: 'http://127.0.0.1:8080',
  }
  return loadConfig({ env: {}, base: { ...usual, ...settings } }).session.keep
}

t.test('sessions keep the tokens that something asks for, and the refresh token', async t => {
  const rows: [why: string, settings: SettingTree, expected: string[]][] = [
    ['defaults', {}, ['refresh']],
    ['a recheck refreshes', { session: { recheck: '10m' } }, ['refresh']],
    ['headers with claims', { identity: { headers: { 'X-Team': 'custom:team' } } }, ['refresh']],
    ['an assertion is ours', { identity: { style: ['assertion'] } }, ['refresh']],
    ['bearer', { identity: { style: ['bearer'] } }, ['access', 'refresh']],
    ['bearer, ID token', { identity: { style: ['bearer'], token: 'id' } }, ['id', 'refresh']],
    ['the ID token that nobody sends', { identity: { token: 'id' } }, ['refresh']],
    ['X-Forwarded-Access-Token', { identity: { accessToken: true } }, ['access', 'refresh']],
    [
      'auth requests show it whatever the style',
      { identity: { style: ['assertion'], accessToken: true } },
      ['access', 'refresh'],
    ],
    ['alb', { identity: { style: ['alb'], alb: { signer } } }, ['access', 'refresh']],
    ['an identity pool', { aws: { identityPoolId } }, ['id', 'refresh']],
    [
      'both',
      { aws: { identityPoolId }, identity: { style: ['bearer'] } },
      ['id', 'access', 'refresh'],
    ],
    ['what the settings say', { session: { keep: ['id', 'refresh'] } }, ['id', 'refresh']],
    ['also nothing', { session: { keep: [] } }, []],
  ]
  for (const [why, settings, expected] of rows) t.strictSame(kept(settings), expected, why)
})
