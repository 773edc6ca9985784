// The certificate that is made at the start: valid for its hosts, for nothing else, and good for a real TLS client.
import { createPublicKey, X509Certificate } from 'node:crypto'
import { request } from 'node:https'
import t from 'tap'
import { createCertificate } from '../../src/emulator/certificate.js'
import { authorizeUrl, testPool } from '../fixtures/pool-client.js'

t.test('it is for its hosts, signed by itself, valid now', async t => {
  const { cert, key } = createCertificate(['localhost', '127.0.0.1', '::1', 'emulator'])
  const certificate = new X509Certificate(cert)
  t.ok(certificate.checkHost('localhost'))
  t.ok(certificate.checkHost('emulator'))
  t.ok(certificate.checkIP('127.0.0.1'))
  t.ok(certificate.checkIP('::1'))
  t.notOk(certificate.checkHost('example.com'))
  t.notOk(certificate.checkIP('10.0.0.1'))
  t.ok(certificate.verify(createPublicKey(key)))
  t.ok(Date.parse(certificate.validFrom) < Date.now())
  t.ok(Date.parse(certificate.validTo) > Date.now() + 360 * 86_400_000)
  t.not(createCertificate(['localhost']).cert, cert)
})

function get(
  url: string,
  ca: string,
): Promise<{ status?: number | undefined; cookies?: string[] | undefined }> {
  return new Promise((resolve, reject) => {
    request(url, { ca, agent: false }, answer => {
      answer.resume()
      resolve({ status: answer.statusCode, cookies: answer.headers['set-cookie'] })
    })
      .once('error', reject)
      .end()
  })
}

t.test('the emulator speaks https with it: issuer, addresses and cookies follow', async t => {
  const emulator = await testPool(t, {}, { https: true })
  t.match(emulator.issuer, /^https:\/\/localhost:\d+\/us-east-1_Emulator1$/)
  const page = authorizeUrl(emulator).replace('/oauth2/authorize', '/login')
  const trusted = await get(page, emulator.certificate ?? '')
  t.equal(trusted.status, 200)
  t.match(trusted.cookies?.[0], /^XSRF-TOKEN=.*; Secure/)
  const other = createCertificate(['localhost']).cert
  await t.rejects(get(page, other), { code: /SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_VERIFY|ISSUER/ })
})

t.test('a certificate of your own is used as it is', async t => {
  const own = createCertificate(['localhost'])
  const emulator = await testPool(t, {}, { https: own })
  t.equal(emulator.certificate, own.cert)
  t.equal((await get(`${emulator.issuer}/.well-known/jwks.json`, own.cert)).status, 200)
})
