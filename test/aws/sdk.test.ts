import t from 'tap'
import { loadSdk, sdkLoaders } from '../../src/aws/sdk.js'
import type { SettingsRefused } from '../../src/errors.js'

const absent = () => Promise.reject(Object.assign(new Error(), { code: 'ERR_MODULE_NOT_FOUND' }))

t.test('only what the settings need is loaded', async t => {
  const plain = await loadSdk(
    { basicFlow: false, signs: false },
    { ...sdkLoaders, sts: absent, signer: absent },
  )
  t.ok(plain.identity.CognitoIdentityClient)
  t.equal(plain.sts, null)
  t.equal(plain.signer, null)
  const all = await loadSdk({ basicFlow: true, signs: true })
  t.ok(all.sts?.STSClient)
  t.ok(all.signer?.SignatureV4)
})

t.test('packages that are missing are named all at once, with the command', async t => {
  const none = { identity: absent, sts: absent, signer: absent }
  const complaintsOf = (needs: Parameters<typeof loadSdk>[0], loaders: typeof sdkLoaders) =>
    loadSdk(needs, loaders).then(
      () => [],
      (error: SettingsRefused) => error.complaints,
    )
  t.match(await complaintsOf({ basicFlow: true, signs: true }, none), [
    /npm install @aws-sdk\/client-cognito-identity @aws-sdk\/client-sts @smithy\/signature-v4$/,
  ])
  const withoutSigner = { ...sdkLoaders, signer: absent }
  t.match(await complaintsOf({ basicFlow: false, signs: true }, withoutSigner), [
    /npm install @smithy\/signature-v4$/,
  ])
})

t.test('another failure is not taken for a missing package', async t => {
  const broken = () => Promise.reject(new SyntaxError('broken'))
  await t.rejects(
    loadSdk({ basicFlow: false, signs: false }, { ...sdkLoaders, identity: broken }),
    {
      message: 'broken',
    },
  )
})
