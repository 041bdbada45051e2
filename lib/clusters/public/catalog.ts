import { components } from '../../components/index.ts'
import type { Component } from '../../components/component.ts'
import { pullReference, type ProgramPin, type Published } from '../../lab/published.ts'
import { mergeNamed } from '../../system/merge-named.ts'
import { workloads } from '../../workloads/index.ts'

/** Artifacts from public registries, by name, of all components and workloads. */
const sources: readonly Published[] = [
  ...(components as readonly Component[]).map(({ published }) => published),
  ...workloads.map(({ artifacts }) => artifacts?.published ?? null),
].filter((one) => one !== null)

const merged = <Key extends 'charts' | 'images' | 'manifests' | 'programs'>(key: Key) =>
  mergeNamed<NonNullable<Published[Key]>[string]>(
    key,
    sources.map((one) => one[key] as Readonly<Record<string, NonNullable<Published[Key]>[string]>> | undefined),
  )

export const charts = merged('charts')
/** Null for an image that is in no public registry. */
export const images = merged('images')
export const manifests = merged('manifests')
/** Images of workloads and components that are in no public registry. This machine packs them. */
export const unpublishedImages: readonly string[] = Object.keys(images).filter((name) => images[name] === null)
/** Images that only a chart names. The chart pulls them, so the user cannot replace them by name. */
export const chartImages: readonly string[] = sources.flatMap((one) => one.chartImages ?? [])

/** Programs on the user's machine that install charts and create clusters. */
const machinePrograms: Record<string, ProgramPin> = {
  helm: { ask: ['version', '--short'], version: '3.14', exact: false, install: 'https://helm.sh/docs/intro/install/' },
  kind: {
    ask: ['--version'],
    version: '0.33',
    exact: false,
    install: 'https://kind.sigs.k8s.io/docs/user/quick-start/#installation',
  },
}

export const programs = mergeNamed('programs', [machinePrograms, merged('programs')])

/**
 * References of those images that are pulled by tag and not by digest. The registry may change the content of a tag at any time.
 * `own` are the user's references in place of public ones.
 */
export function pulledByTag(names: readonly string[], own: Record<string, string>): string[] {
  const references = names.flatMap((name) => {
    const image = images[name]
    if (own[name] !== undefined) return [own[name]]
    if (image === null || image === undefined) return chartImages.includes(name) ? [`${name}, of its chart`] : []
    return [pullReference(image)]
  })
  return [...new Set(references)].filter((reference) => !/@sha256:[0-9a-f]{64}$/.test(reference))
}
