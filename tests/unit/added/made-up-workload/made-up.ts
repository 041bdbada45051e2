import { imageByTag } from '../../../../lib/lab/published.ts'
import { noopWorkload } from '../../../../lib/simulation/noop-tool.ts'
import type { Workload } from '../../../../lib/workloads/workload.ts'

/** A workload without a volume that cannot count what was lost. A test adds it to a copy of lib/workloads. */
export const madeUp: Workload<'made-up'> = {
  ...noopWorkload(),
  name: 'made-up',
  title: 'Made up',
  about: 'It keeps nothing.',
  loss: { by: 'none', reason: 'it holds no data' },
  images: ['made-up/service'],
  artifacts: {
    published: { images: { 'made-up/service': imageByTag('made-up.example/service:1.0') } },
    built: {
      images: {
        'made-up/service': {
          reference: 'localhost/made-up/service:1',
          entrypoint: ['/made-up'],
          user: '',
          content: [],
        },
      },
    },
  },
}
