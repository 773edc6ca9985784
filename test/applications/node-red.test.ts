// An application that no one here wrote: Node-RED, whose editor lives on a WebSocket.
import type { WebSocket } from 'playwright-core'
import t from 'tap'
import { fillSignIn, openChromium } from '../fixtures/chromium.js'
import { testGateway } from '../fixtures/gateway.js'
import { nodeRed } from '../fixtures/node-red.js'

t.setTimeout(300_000)

/** Says `hello` in the debug sidebar as soon as it runs. */
const flow = [
  { id: 'tab1', type: 'tab', label: 'Test' },
  {
    id: 'inject1',
    type: 'inject',
    z: 'tab1',
    once: true,
    onceDelay: '0.1',
    props: [{ p: 'payload' }],
    payload: 'hello through the gateway',
    payloadType: 'str',
    wires: [['debug1']],
  },
  { id: 'debug1', type: 'debug', z: 'tab1', active: true, tosidebar: true, complete: 'payload' },
]

t.test('Node-RED: its editor, a deployed flow, its messages, and the end of it', async t => {
  const upstream = await nodeRed(t)
  const { url } = await testGateway(t, {
    settings: { routes: [{ path: '/', access: 'signed-in', upstream }] },
  })
  const page = await (await (await openChromium(t)).newContext()).newPage()
  const connected = new Promise<WebSocket>(resolve => page.on('websocket', resolve))
  await page.goto(`${url}/`)
  await fillSignIn(page, 'jane', 'Jane-pass1')
  await page.locator('#red-ui-workspace').waitFor()
  const comms = await connected
  t.equal(comms.url(), `${url.replace('http', 'ws')}/comms`)

  const said = comms.waitForEvent('framereceived', ({ payload }) =>
    String(payload).includes('hello through the gateway'),
  )
  const deployed = await page.evaluate(async nodes => {
    const headers = { 'content-type': 'application/json' }
    return (await fetch('/flows', { method: 'POST', headers, body: nodes })).status
  }, JSON.stringify(flow))
  t.equal(deployed, 204)
  t.ok(await said)

  const closed = comms.waitForEvent('close')
  const other = await page.context().newPage()
  await other.goto(`${url}/oauth2/sign_out`)
  await closed
  t.pass('who signs out has no open connection left')
})
