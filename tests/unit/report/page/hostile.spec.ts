import { expect } from '@playwright/test'
import type { DrillFact } from '../../../../lib/record/facts.ts'
import { reading } from '../../verdict/fact-edits.ts'
import { buildRun } from '../../verdict/facts-builder.ts'
import { expectNoSidewaysScroll, findBarriers, open, test, writePage } from './browser.ts'
import { drillOf } from './facts.ts'

const NAMES = [
  `</script><script>alert(1)</script><img src=x onerror=alert(2)>"'&`,
  'a-very-long-name-without-a-blank-'.repeat(12),
  '\u202Eأداة النسخ الاحتياطي',
]

/** 500 ways to leave a text, an attribute, a script, a style, a comment or a picture. */
const PAYLOADS = [
  ...['', '"', "'", '`', '">', "'>", '-->', ']]>', '</script>', '</style>'],
  ...['</title>', '</textarea>', '</svg>', '</bdi></td>', '${', '{{', '\\"', '\\u003c/script>', '&lt;', '%3C'],
].flatMap((exit) =>
  [
    ...[
      '<script>alert(1)</script>',
      '<img src=x onerror=alert(1)>',
      '<svg onload=alert(1)>',
      '<svg><script>alert(1)</script>',
    ],
    ...['<iframe srcdoc="<script>alert(1)</script>">', '<a href=javascript:alert(1)>', '<body onload=alert(1)>'],
    ...[
      '<details open ontoggle=alert(1)>',
      '<style>@import "http://127.0.0.1:1/x"</style>',
      '<link rel=stylesheet href=http://127.0.0.1:1/x>',
    ],
    ...[
      '<base href=http://127.0.0.1:1/>',
      '<meta http-equiv=refresh content="0;url=http://127.0.0.1:1/">',
      '<form action=http://127.0.0.1:1/>',
    ],
    ...['<object data=http://127.0.0.1:1/x>', '<embed src=http://127.0.0.1:1/x>', '<video src=http://127.0.0.1:1/x>'],
    ...[
      '<input autofocus onfocus=alert(1)>',
      '<math><mtext><script>alert(1)</script>',
      ' onmouseover=alert(1) x=',
      'javascript:alert(1)',
    ],
    ...[
      '<!--<script>alert(1)',
      '<template><script>alert(1)</script>',
      '\u0000<script>alert(1)</script>',
      '\u2028alert(1)',
      '<x style=x:expression(alert(1))>',
    ],
  ].map((payload) => exit + payload),
)

test('names with markup, very long names, names from right to left, 10,000 findings and 500 payloads do the page no harm', async ({
  page,
}) => {
  expect(new Set(PAYLOADS).size).toBe(500)
  const findings = Array.from({ length: 10_000 }, (_, index) => ({
    ...{ kind: 'lost' as const, file: NAMES[index % NAMES.length] ?? '', offset: index, detail: NAMES[0] ?? '' },
  }))
  const drills = NAMES.flatMap((name): DrillFact[] => drillOf({ tool: name, strategy: name, fault: name, mesh: name }))
  const damaged = reading({ findings })(drillOf({ tool: 'damaged' }))
  const [planned] = damaged
  const notes = PAYLOADS.map((text): DrillFact => ({
    kind: 'note',
    at: planned?.at ?? 0,
    drill: planned?.drill ?? '',
    text,
  }))
  const file = writePage(buildRun([...drills, ...damaged, ...notes]))
  await page.setViewportSize({ width: 390, height: 800 })
  expect(await open(page, file)).toEqual([])
  await expect(page.locator('html')).toHaveClass('ready')
  await page.getByLabel('Back within').fill('3')
  await expect(page.locator('#advice tr')).toHaveCount(NAMES.length + 1)
  const foreign =
    'img, iframe, object, embed, video, base, form, link, script[src], [onload], [onerror], [href^="javascript:"]'
  expect(await page.locator(foreign).count()).toBe(0)
  expect(await page.locator('script').count()).toBe(2)
  await expect(page.locator('h3', { hasText: '10000 findings' })).toHaveCount(1)
  await expectNoSidewaysScroll(page)
  expect(await findBarriers(page)).toEqual([])
})

test('each drill that was measured has a picture with its lanes, its fault and both lines of answers', async ({
  page,
}) => {
  expect(
    await open(page, writePage(buildRun([...drillOf({ tool: 'velero' }), ...drillOf({ tool: 'restic' })]))),
  ).toEqual([])
  for (const section of await page.locator('#drills > section').all()) {
    const picture = section.locator('svg')
    for (const words of [
      'backup, restore',
      'fault: volume-loss',
      'RTO',
      'RPO',
      'answer time (ms)',
      'CPU (cores)',
      'memory (MiB)',
    ])
      await expect(picture.locator('text', { hasText: words }).first()).toBeAttached()
    const lines = await picture
      .locator('path')
      .evaluateAll((paths: { getAttribute: (name: string) => string | null }[]) =>
        paths.map((path) => path.getAttribute('d')?.length ?? 0),
      )
    expect(lines.filter((length) => length > 200).length).toBeGreaterThanOrEqual(4)
  }
})
