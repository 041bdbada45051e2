import type { Values } from './artifacts.ts'

/** How the toolchain makes a component on this machine, without any image registry. */
export interface Built {
  readonly programs?: readonly GoProgram[]
  readonly wheels?: readonly WheelProgram[]
  /** Images, by `<project>/<image>`. */
  readonly images?: Readonly<Record<string, PackedImage>>
  /** Charts, by `<project>/<chart>`. They come from the Go modules that the programs are built from, so both agree. */
  readonly charts?: Readonly<Record<string, ModuleChart>>
  /** Manifests of a Go module, by the name of the set. */
  readonly manifests?: Readonly<Record<string, ModuleManifests>>
}

/** A Go module at a version. */
export interface GoModule {
  readonly path: string
  readonly version: string
}

/** A program that the toolchain builds from source. */
export interface GoProgram {
  /** Name of the binary. */
  readonly name: string
  /** Folder of the Go module that pins it. */
  readonly folder: string
  /** Package to build, as `go build` takes it in that folder. */
  readonly package: string
  /** The Go module that the program comes from, and its version in go.mod; null for a program of this repository. */
  readonly module: GoModule | null
  /** Whether it needs a C compiler; such a binary is not static. */
  readonly cgo: boolean
  /** Variables set by the linker, full name → value: without them the programs call themselves v0.0.0 or unknown. */
  readonly stamps: Readonly<Record<string, string>>
  /** Seconds of a build on 2 cores when those before it in the list are built and this one is not. */
  readonly coldSeconds: number
}

/** A program out of a Python wheel, for a program that cannot be built here. */
export interface WheelProgram {
  readonly name: string
  readonly version: string
  /** File of pip that pins the wheel by its SHA-256. */
  readonly requirements: string
  /** Where the program is inside the wheel. */
  readonly member: string
}

/** An image that is packed on this machine. Entrypoint, user and paths are those of the upstream image: charts rely on them. */
export interface PackedImage {
  readonly reference: string
  readonly entrypoint: readonly string[]
  /** As in a Dockerfile; empty for root. */
  readonly user: string
  readonly content: readonly ImageContent[]
}

/** Part of an image, as data. Paths are those in the image; programs of the toolchain go by their names. */
export type ImageContent =
  /** Programs of the toolchain. */
  | { readonly built: Readonly<Record<string, string>> }
  /** Programs out of wheels, with the libraries of this machine that they load. */
  | { readonly wheels: Readonly<Record<string, string>> }
  /** A dynamic program of the toolchain, with the libraries of this machine that it loads. */
  | { readonly dynamic: Readonly<Record<string, string>> }
  /**
   * Programs of this machine, at their own paths, with their libraries. `package` is the Debian package that brings them, if most
   * runs do without it: it is installed when the image is packed.
   */
  | { readonly host: readonly string[]; readonly package?: string }
  /**
   * Files and whole folders of this machine, at their own paths. A `*` stands for one folder, such as that of a version: the last
   * one by its number. Programs and libraries among them come with the libraries that they load. `package` is the Debian package
   * that brings them: it is installed when the image is packed.
   */
  | { readonly tree: readonly string[]; readonly package: string }
  /** Programs of one line of shell or more, as text. */
  | { readonly texts: Readonly<Record<string, string>> }
  /** Scripts of this repository, by their paths in the image. */
  | { readonly scripts: Readonly<Record<string, string>> }
  /** Files of a Go module. */
  | {
      readonly moduleFiles: Readonly<
        Record<string, { readonly folder: string; readonly path: string; readonly file: string }>
      >
    }
  /** Sets of programs that several images need, and the program node that runs this. */
  | { readonly set: 'busybox' | 'iptables' | 'node' }

export interface ModuleChart {
  /** Folder of the Go module that pins the chart's module. */
  readonly folder: string
  /** Import path of the chart's module. */
  readonly path: string
  /** Folder of the chart in its module. */
  readonly chart: string
  /** Values that the images of this machine need. */
  readonly values: Values
}

export interface ModuleManifests {
  /** Folder of the Go module that pins the manifests' module. */
  readonly folder: string
  /** Import path of the manifests' module. */
  readonly path: string
  /** Folder of the files in their module, and which of its files they are. */
  readonly below: string
  readonly files: RegExp
}
