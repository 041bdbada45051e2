import { html } from '@remix-run/html-template'

/** Forms in which logs, errors and files show a value: plain, URL, JSON, HTML, YAML, shell, hex, and base64 at any offset. */
export function formsOf(value: string): string[] {
  const hex = Buffer.from(value).toString('hex')
  const url = encodeURIComponent(value)
  const strictUrl = url.replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  const forms = [
    value,
    ...[url, strictUrl, strictUrl.replaceAll('%20', '+')].flatMap((form) => [form, lowerEscapes(form)]),
    JSON.stringify(value).slice(1, -1),
    String(html`${value}`),
    value.replaceAll("'", "''"),
    value.replaceAll("'", "'\\''"),
    hex,
    hex.toUpperCase(),
    ...base64Forms(value).flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]),
  ]
  return [...new Set(forms)]
}

const lowerEscapes = (url: string): string => url.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())

/** Base64 of a value inside other text depends on its offset modulo 3; the characters that other bytes share are left out. */
function base64Forms(value: string): string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]).toString('base64')
    const bits = 8 * (offset + Buffer.byteLength(value))
    return encoded.slice(Math.ceil((8 * offset) / 6), Math.floor(bits / 6))
  })
}
