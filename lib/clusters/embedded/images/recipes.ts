import type { Component } from '../../../components/component.ts'
import { components } from '../../../components/index.ts'
import type { Built, PackedImage } from '../../../lab/built.ts'
import { mergeNamed } from '../../../system/merge-named.ts'
import { workloads } from '../../../workloads/index.ts'
import { filesOf, type Files, type ImageSources } from './content.ts'

/** Input for packing an image. */
export interface Recipe {
  reference: string
  /** Other names of the same image. */
  also?: readonly string[]
  entrypoint: readonly string[]
  /** As in a Dockerfile; empty for root. */
  user: string
  files: (sources: ImageSources) => Promise<Files>
}

export const recipeOf = (
  { content, ...image }: PackedImage,
  names: Pick<Recipe, 'also'> & { reference?: string } = {},
): Recipe => ({ ...image, ...names, files: (sources) => filesOf(content, sources) })

/** An image with one program of the toolchain, for the cluster itself. */
const clusterImage = (name: string, path = `/${name}`): PackedImage => ({
  reference: `localhost/meshdrill/${name}:1`,
  entrypoint: [path],
  user: '',
  content: [{ built: { [path]: name } }],
})

/** The image of the pause container. Every pod has one. */
export const pauseImage: PackedImage = {
  reference: 'localhost/meshdrill/pause:1',
  entrypoint: ['/node-init', 'pause'],
  user: '',
  content: [{ built: { '/node-init': 'node-init' } }],
}
export const corednsImage = clusterImage('coredns')
export const localPathImage = clusterImage('local-path-provisioner', '/usr/bin/local-path-provisioner')

const clusterImages: readonly PackedImage[] = [
  pauseImage,
  corednsImage,
  localPathImage,
  ...['csi-driver', 'csi-provisioner', 'csi-snapshotter'].map((name) => clusterImage(name)),
]

const builds: readonly Built[] = [
  ...workloads.flatMap(({ artifacts }) => artifacts?.built ?? []),
  ...(components as readonly Component[]).flatMap(({ built }) => built ?? []),
]

/** Images of components and workloads, by artifact name. */
export const packedImages: Readonly<Record<string, PackedImage>> = mergeNamed(
  'images',
  builds.map(({ images }) => images),
)

/** All images of an embedded cluster. */
export const allImages: readonly PackedImage[] = [...clusterImages, ...Object.values(packedImages)]

export const recipes: readonly Recipe[] = allImages.map((image) => recipeOf(image))
