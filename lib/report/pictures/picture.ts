import { createRequire } from 'node:module'

type ECharts = typeof import('echarts')

let loaded: ECharts | null = null

/** ECharts in one file (in parts it has some 500). Most commands draw no picture, so the first picture loads it. */
const echarts = (): ECharts => (loaded ??= createRequire(import.meta.url)('echarts/dist/echarts.min.js') as ECharts)

export interface Size {
  width: number
  height: number
}

/**
 * An SVG picture of ECharts' options. It needs no script and no style sheet, so that a strict Content-Security-Policy shows it.
 * @param place a name that no other picture of a page has
 */
export function drawPicture(options: object, size: Size, place: string): string {
  const chart = echarts().init(null, null, { renderer: 'svg', ssr: true, ...size })
  try {
    chart.setOption({ animation: false, ...options })
    return spellOut(nameParts(chart.renderToSVGString(), place))
  } finally {
    chart.dispose()
  }
}

/** ECharts numbers its names over the life of the process. New names make the pictures of the same facts equal. */
function nameParts(svg: string, place: string): string {
  const names = new Map<string, string>()
  return svg.replace(/\bzr\d+-[a-z]+-?\d+\b/g, (id) => {
    const name = names.get(id) ?? `${place}-${names.size}`
    names.set(id, name)
    return name
  })
}

/** Style as attributes, which no policy blocks, and nothing that only ECharts' own script would read. */
function spellOut(svg: string): string {
  return svg.replace(/<style\b[^]*?<\/style>\n?/g, '').replace(/<[a-z][^>]*>/g, (tag) =>
    tag
      .replace(/ style="([^"]*)"/, (_, style: string) => toAttributes(style))
      .replace(/ (class|pointer-events|ecmeta_(?!series_index)\w+|baseProfile|xmlns:xlink)="[^"]*"/g, '')
      .replace('ecmeta_series_index', 'data-series'),
  )
}

const toAttributes = (style: string): string =>
  style
    .split(';')
    .map((each) => each.split(':'))
    .map(([name = '', value]) => (value === undefined ? '' : ` ${name.trim()}="${value.trim()}"`))
    .join('')
