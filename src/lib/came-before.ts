// What comes again, told from what came once: memory is for the first alone.

/** Whether a text came before, of late; a text that comes for the first time is noted. */
export type CameBefore = (text: string) => boolean

/** By which texts are told apart. */
const characters = 11
/** Two sets of bits, one bit for a text: 128 KB. A text whose bit another one has set is taken for known, one of some 80. */
const bits = 2 ** 19
/** Texts noted in a set before the other one begins anew: a text is known for at least as many others. */
const perSet = 4096

/** Texts told apart by their last characters, which have to be as good as random. It stays as small however many come. */
export function createCameBefore(): CameBefore {
  let current = new Uint32Array(bits / 32)
  let before = new Uint32Array(bits / 32)
  let noted = 0

  return text => {
    const number = hash(text) % bits
    const word = number >>> 5
    const bit = 1 << (number & 31)
    if (((current[word] ?? 0) & bit) !== 0) return true
    const known = ((before[word] ?? 0) & bit) !== 0
    current[word] = (current[word] ?? 0) | bit
    if (++noted >= perSet) {
      noted = 0
      ;[current, before] = [before.fill(0), current]
    }
    return known
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let number = 0x811c9dc5
  for (let at = Math.max(0, text.length - characters); at < text.length; at++) {
    number = Math.imul(number ^ text.charCodeAt(at), 0x01000193)
  }
  return number >>> 0
}
