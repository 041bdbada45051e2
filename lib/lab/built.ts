import type { Values } from './artifacts.ts'

/** How the toolchain makes a component on this machine, without any image registry. */
export interface Built {
  readonly programs?: readonly GoProgram[]
  readonly wheels?: readonly WheelProgram[]
  /** Images, by `<project>/<image>`. */
  readonly images?: Readonly<Record<string, PackedImage>>
  /** Charts, by `<project>/<chart>`. They come from the same Go modules as the programs, so their versions match. */
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
  /** Folder of the Go module that pins its version. */
  readonly folder: string
  /** Package for `go build` in that folder. */
  readonly package: string
  /** The Go module that the program comes from, and its version in go.mod; null for a program of this repository. */
  readonly module: GoModule | null
  /** True if it needs a C compiler. Such a binary is not static. */
  readonly cgo: boolean
  /** Variables that the linker sets, full name → value. Without them, programs print the version v0.0.0 or unknown. */
  readonly stamps: Readonly<Record<string, string>>
  /** Build time in seconds on 2 cores, if all programs before it in the list are built already. */
  readonly coldSeconds: number
}

/** A program from a Python wheel, which cannot be built here. */
export interface WheelProgram {
  readonly name: string
  readonly version: string
  /** File of pip that pins the wheel by its SHA-256. */
  readonly requirements: string
  /** Path of the program inside the wheel. */
  readonly member: string
}

/** An image that is packed on this machine. Entrypoint, user and paths equal those of the upstream image: charts need them. */
export interface PackedImage {
  readonly reference: string
  readonly entrypoint: readonly string[]
  /** As in a Dockerfile; empty for root. */
  readonly user: string
  readonly content: readonly ImageContent[]
}

/** Part of an image. Paths are paths in the image, and programs of the toolchain have their names. */
export type ImageContent =
  /** Programs of the toolchain. */
  | { readonly built: Readonly<Record<string, string>> }
  /** Programs from wheels, with the libraries of this machine that they load. */
  | { readonly wheels: Readonly<Record<string, string>> }
  /** A dynamic program of the toolchain, with the libraries of this machine that it loads. */
  | { readonly dynamic: Readonly<Record<string, string>> }
  /**
   * Programs of this machine at the same paths, with their libraries. `package` is their Debian package if most runs do not need
   * it: it is installed when the image is packed.
   */
  | { readonly host: readonly string[]; readonly package?: string }
  /**
   * Files and whole folders of this machine, at the same paths. A `*` stands for one folder, such as that of a version: the last
   * one by its number. Programs and libraries among them get the libraries that they load. `package` is their Debian package: it
   * is installed when the image is packed.
   */
  | { readonly tree: readonly string[]; readonly package: string }
  /** Shell scripts, as text. */
  | { readonly texts: Readonly<Record<string, string>> }
  /** Scripts of this repository, by path in the image. */
  | { readonly scripts: Readonly<Record<string, string>> }
  /** Files of a Go module. */
  | {
      readonly moduleFiles: Readonly<
        Record<string, { readonly folder: string; readonly path: string; readonly file: string }>
      >
    }
  /** A set of programs that several images need. `node` is the program that runs this process. */
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
  /** Folder in the module, and a pattern for the names of the files. */
  readonly below: string
  readonly files: RegExp
}
