import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../lib/config/config.ts'
import { meshOf } from '../lib/drill/create-lab.ts'
import type { Lab } from '../lib/lab/lab.ts'
import type { LoadOptions } from '../lib/load/load.ts'
import { startLoad } from '../lib/load/runner.ts'
import { ledger } from '../lib/workloads/ledger/ledger.ts'

const NAMESPACE = 'bench'

/** Deploys the service behind the mesh and starts the load, like a drill. Returns the durations of both. */
export async function measureService(lab: Lab, config: Config): Promise<{ readyMs: number; loadMs: number }> {
  const mesh = await (await meshOf(config)).attach(lab)
  const startedMs = performance.now()
  await lab.cluster.loadImages(ledger.images.map((name) => lab.artifacts.image(name)))
  const metadata = { name: NAMESPACE, ...mesh.takesIn }
  await lab.kube.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata }])
  const service = await ledger.deploy(lab, NAMESPACE, { storageClass: lab.cluster.storageClasses.local })
  const { route, end } = await mesh.expose(service.service)
  await service.answers(route)
  const seeded = await service.seed(route, { seed: config.seed, bytes: config.volumeBytes })
  const readyMs = performance.now() - startedMs
  const folder = await mkdtemp(join(tmpdir(), 'meshdrill-bench-'))
  try {
    const load = await startLedgerLoad({ lab, config }, { route, seeded, folder })
    const loadMs = performance.now() - startedMs - readyMs
    await load.stop()
    return { readyMs, loadMs }
  } finally {
    await end()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Starts the load on a ledger with the run's rate and seed. */
export async function startLedgerLoad(
  { lab, config }: { lab: Lab; config: Config },
  at: Pick<LoadOptions, 'route' | 'seeded' | 'folder'>,
) {
  const k6 = await lab.cluster.k6()
  return startLoad({ ...at, k6, script: ledger.clients.load, seed: config.seed, rate: config.loadRps })
}
