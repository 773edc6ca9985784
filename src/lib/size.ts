// Sizes as people write them.

const unitBytes = { GB: 1024 ** 3, MB: 1024 ** 2, KB: 1024, B: 1 } as const

type Unit = keyof typeof unitBytes

/**
 * Bytes of a size such as `500KB`, `10MB` or `2GB`, in powers of 1024; a whole number is taken as bytes.
 *
 * @throws RangeError that says what is expected
 */
export function parseSize(value: string | number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  const [, amount, unit = 'B'] = /^(\d{1,9})(B|KB|MB|GB)?$/.exec(String(value)) ?? []
  if (amount === undefined) {
    throw new RangeError('expected a size in bytes or with a unit, such as 500KB, 10MB or 2GB')
  }
  return Number(amount) * unitBytes[unit as Unit]
}
