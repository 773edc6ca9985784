// The file that a pool's memory is kept in: written whole beside itself and put in place, so that a crash leaves
// the old one; readable by its owner alone; bounded.
import { open, readFile, rename, stat } from 'node:fs/promises'
import type { Realm } from '../realm.js'
import { readSnapshot, writeSnapshot } from './content.js'

const maxBytes = 64 * 1024 * 1024
/** Changes within this time are written together. */
const pauseMs = 300

/** Keeps a file up to date. */
export interface Keeper {
  /** Something may have changed. */
  touch(): void
  /** Writes what is left to write. */
  close(): Promise<void>
}

/**
 * Reads the file, when there is one, and keeps it from then on.
 * @throws Error with the file's name when it cannot be used: it is never written over then
 */
export async function keepSnapshot(realm: Realm, file: string): Promise<Keeper> {
  await restore(realm, file)
  let timer: NodeJS.Timeout | null = null
  // What is new at the start, such as the keys, is worth keeping too.
  let isDirty = true
  let writing: Promise<void> = Promise.resolve()

  function flush(): Promise<void> {
    if (timer !== null) clearTimeout(timer)
    timer = null
    writing = writing.then(async () => {
      if (!isDirty) return
      isDirty = false
      try {
        await write(file, await writeSnapshot(realm))
      } catch (error) {
        isDirty = true
        const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message
        realm.tell({ event: 'snapshot failed', reason })
      }
    })
    return writing
  }

  return {
    touch() {
      isDirty = true
      timer ??= setTimeout(() => void flush(), pauseMs).unref()
    },
    close: flush,
  }
}

async function restore(realm: Realm, file: string): Promise<void> {
  try {
    if ((await stat(file)).size > maxBytes) throw new Error(`it has more than ${maxBytes} bytes`)
    await readSnapshot(realm, await readFile(file, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    const message = `${file} cannot be used as the emulator's state: ${(error as Error).message}`
    throw new Error(message, { cause: error })
  }
}

async function write(file: string, text: string): Promise<void> {
  if (Buffer.byteLength(text) > maxBytes) throw new RangeError(`more than ${maxBytes} bytes`)
  const beside = `${file}.${process.pid}.tmp`
  const handle = await open(beside, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(beside, file)
}
