import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Artifacts } from '../../../../lib/lab/artifacts.ts'
import { publicArtifacts } from '../../../../lib/clusters/public/artifacts.ts'
import { quote } from '../shell.ts'

/** A program in the place of helm. */
export interface HelmStandIn {
  artifacts: Artifacts
  /** The command lines that it was called with. */
  calls: () => string[]
  /** The values that it got for a release. */
  values: (release: string) => string
}

/** `missing`: what it says of every chart that it is asked to show; it has them all if that is not given. */
export function standInHelm(folder: string, { missing }: { missing?: string } = {}): HelmStandIn {
  const [path, calls] = [join(folder, 'helm'), join(folder, 'helm.calls')]
  const show = missing === undefined ? 'exit 0' : `printf '%s' ${quote(missing)} >&2; exit 1`
  const lines = [
    '#!/bin/sh',
    `echo "$*" >> ${quote(calls)}`,
    'case "$1" in',
    `show) ${show} ;;`,
    `upgrade) cat > ${quote(join(folder, 'values-'))}"$3" ;;`,
    'esac',
  ]
  writeFileSync(path, [...lines, ''].join('\n'))
  chmodSync(path, 0o755)
  const artifacts = publicArtifacts({ images: {}, found: {} })
  return {
    artifacts: { ...artifacts, binary: () => Promise.resolve(path) },
    calls: () => (existsSync(calls) ? readFileSync(calls, 'utf8').split('\n').filter(Boolean) : []),
    values: (release) => readFileSync(join(folder, `values-${release}`), 'utf8'),
  }
}
