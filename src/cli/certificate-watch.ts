// The certificate of the listener, taken anew when its files change. Tools write them one after the other, and some
// replace the folder that a link points to: so folders are watched, what was seen is left to settle, and files are
// looked at each minute in any case.
import { watch } from 'node:fs'
import { dirname } from 'node:path'
import type { TlsSettings } from '../config/listener-settings.js'
import { complaintOfPair, type PairParts } from '../lib/certificate.js'
import { readPem } from '../lib/setting-types.js'
import type { Log } from '../log.js'

const settleMs = 1000
const everyMs = 60_000

/** What the listener presents; null without TLS. */
export function certificateOf({ cert, key, ca, passphrase }: TlsSettings): PairParts | null {
  if (cert === undefined) return null
  return { cert: cert.pem, key: key?.pem, ca: ca?.pem, passphrase }
}

/**
 * Calls back with a certificate that can serve. One that cannot is said once, and the old one serves on.
 *
 * @returns what ends the watch
 */
export function watchCertificate(
  settings: TlsSettings,
  present: (certificate: PairParts) => void,
  log: Pick<Log, 'info' | 'error'>,
): () => void {
  let seen = JSON.stringify(certificateOf(settings))
  let said = ''

  function look(): void {
    try {
      const found = readAgain(settings)
      const text = JSON.stringify(found)
      if (text === seen) return
      const complaint = complaintOfPair(found)
      if (complaint !== null) {
        say(`tls.${complaint.part} ${complaint.text}`)
        return
      }
      seen = text
      said = ''
      present(found)
      log.info('a new certificate is presented')
    } catch (error) {
      say((error as Error).message)
    }
  }

  function say(complaint: string): void {
    if (complaint === said) return
    said = complaint
    log.error({ complaint }, 'a new certificate was refused; the old one serves on')
  }

  let settling: NodeJS.Timeout | undefined
  const noticed = () => {
    clearTimeout(settling)
    settling = setTimeout(look, settleMs).unref()
  }
  const watchers = foldersOf(settings).map(folder =>
    watch(folder, { persistent: false }, noticed).on('error', () => {}),
  )
  const timer = setInterval(look, everyMs).unref()
  return () => {
    for (const watcher of watchers) watcher.close()
    clearTimeout(settling)
    clearInterval(timer)
  }
}

function foldersOf({ cert, key, ca }: TlsSettings): string[] {
  const files = [cert, key, ca].flatMap(one => (one === undefined ? [] : [one.file]))
  return [...new Set(files.map(file => dirname(file)))]
}

function readAgain({ cert, key, ca, passphrase }: TlsSettings): PairParts {
  const [certPem, keyPem, caPem] = [cert, key, ca].map(one => one && readPem(one.file))
  return { cert: certPem, key: keyPem, ca: caPem, passphrase }
}
