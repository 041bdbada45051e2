import type { Write } from '../record/facts.ts'
import { undamaged } from '../workloads/damage.ts'
import type { Workload } from '../workloads/workload.ts'

const RECORD_BYTES = 4096

/**
 * A workload without a cluster: every record is as it was written, and of the writes what was acknowledged, save those
 * that `forgets` names.
 */
export const noopWorkload = (forgets: (write: Write) => boolean = () => false): Workload => ({
  name: 'noop',
  title: 'No-op',
  about: 'It holds no data: it stands in for a service where no cluster is.',
  loss: { by: 'writes' },
  images: [],
  artifacts: null,
  clients: { load: '', prober: '' },
  damage: undamaged,
  deploy: (_lab, namespace) =>
    Promise.resolve({
      namespace,
      service: { namespace, name: 'noop', port: 80 },
      pods: { labels: { app: 'noop' }, container: 'noop' },
      claims: ['noop-data'],
      answers: () => Promise.resolve(),
      seed: (_route, { bytes }) => Promise.resolve(Math.ceil(bytes / RECORD_BYTES)),
      discard: () => Promise.resolve(),
      async verify(_route, { seeded, writes }) {
        const sent = await writes()
        const slots = new Map<number, number>()
        for (const { slot } of sent) slots.set(slot, slot < seeded ? slot : -1)
        for (const write of sent)
          if (write.acknowledgedMs !== null && !forgets(write)) slots.set(write.slot, write.sequence)
        const appended = [...slots].filter(([slot, sequence]) => slot >= seeded && sequence >= 0).length
        const objects = seeded + appended
        return { objects, bytes: objects * RECORD_BYTES, findings: [], slots: [...slots], error: null }
      },
    }),
})
