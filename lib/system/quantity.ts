const factors: Record<string, number> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
}

/** A quantity as Kubernetes writes it, such as '512Mi' or '250m', as a number. */
export function parseQuantity(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(text) ?? []
  const factor = factors[unit]
  if (number === '' || factor === undefined) throw new Error(`"${text}" is not a quantity, such as 512Mi or 250m`)
  return Number(number) * factor
}

/** A quantity of bytes, such as '128Mi'. Thousandths of a byte are refused. */
export function parseBytes(text: string): number {
  if (text.endsWith('m')) throw new Error(`"${text}" is not a quantity of bytes, such as 128Mi`)
  return parseQuantity(text)
}
