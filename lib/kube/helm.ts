import { execFile } from 'node:child_process'
import { stringify } from 'yaml'
import { mergeValues, type Values } from '../artifacts.ts'
import type { Lab } from '../lab.ts'
import { withChildAccess } from './access/child.ts'

export interface Release {
  name: string
  namespace: string
  /** Chart by `<project>/<chart>`. */
  chart: string
  values?: Values
}

/** Installs a chart, or changes the release to these values. Does not wait for its pods. */
export async function installChart(lab: Lab, release: Release): Promise<void> {
  const helm = await lab.artifacts.binary('helm')
  const chart = await lab.artifacts.chart(release.chart)
  const values = mergeValues(chart.values, release.values ?? {})
  const args = [
    'upgrade',
    '--install',
    release.name,
    chart.path,
    '--namespace',
    release.namespace,
    '--create-namespace',
    ...(chart.repository === undefined ? [] : ['--repo', chart.repository]),
    ...(chart.version === undefined ? [] : ['--version', chart.version]),
  ]
  await withChildAccess(lab.cluster.kubeconfig, async ({ kubeconfig, env }) => {
    await new Promise<void>((resolve, reject) => {
      const command = [...args, '--kubeconfig', kubeconfig, '--values', '-']
      const child = execFile(helm, command, { timeout: 120_000, env }, (error, _stdout, stderr) => {
        if (error === null) resolve()
        else reject(new Error(`helm ${args.join(' ')}: ${stderr.trim() || error.message}`, { cause: error }))
      })
      child.stdin?.end(stringify(values))
    })
  })
}
