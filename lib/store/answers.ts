import { XMLParser } from 'fast-xml-parser'
import { z } from 'zod'
import { OUTPUT_LIMIT, shortenMiddle } from '../output/shorten.ts'

export interface StoredObject {
  key: string
  bytes: number
  etag: string
  /** By the store's clock. */
  modifiedMs: number
}

/** A version of an object, or the marker that a deletion leaves in a bucket with versions. */
export interface StoredVersion {
  key: string
  versionId: string
}

/** One page of a listing; `next` is what the request for the next page adds, null for the last page. */
export interface Page<Entry> {
  entries: Entry[]
  next: Record<string, string> | null
}

/** An error as a store describes it. `code` is one of S3's, such as `AccessDenied`. */
export interface StoreError {
  code: string
  message: string
}

const LISTS = ['Contents', 'Version', 'DeleteMarker']

const parser = new XMLParser({
  ignoreAttributes: true,
  removeNSPrefix: true,
  // Keys are texts: "007" and " " stay as they are.
  parseTagValue: false,
  trimValues: false,
  // Needed for numeric references such as "&#x20;".
  htmlEntities: true,
  isArray: (name) => LISTS.includes(name),
})

const paging = { EncodingType: z.string().optional(), IsTruncated: z.string().optional() }

const objectListing = z.object({
  ...paging,
  NextContinuationToken: z.string().optional(),
  Contents: z
    .array(
      z.object({
        Key: z.string(),
        Size: z.coerce.number(),
        ETag: z.string().default(''),
        LastModified: z.string().transform((text) => Date.parse(text)),
      }),
    )
    .default([]),
})

const version = z.object({ Key: z.string(), VersionId: z.string() })
const versionListing = z.object({
  ...paging,
  NextKeyMarker: z.string().optional(),
  NextVersionIdMarker: z.string().optional(),
  Version: z.array(version).default([]),
  DeleteMarker: z.array(version).default([]),
})

const errorAnswer = z.object({ Error: z.object({ Code: z.string(), Message: z.string().default('') }) })

/** Reads a page of ListObjectsV2. Errors: the answer is something else, or is cut off. */
export function parseListing(xml: string): Page<StoredObject> {
  const listing = parseRoot(xml, 'ListBucketResult', objectListing)
  const keyOf = keyReader(listing)
  const { NextContinuationToken: token } = listing
  return {
    entries: listing.Contents.map(({ Key, Size, ETag, LastModified }) => ({
      ...{ key: keyOf(Key), bytes: Size, etag: ETag, modifiedMs: LastModified },
    })),
    next: listing.IsTruncated === 'true' && token !== undefined ? { 'continuation-token': token } : null,
  }
}

/** Reads a page of ListObjectVersions, markers of deletions included. Errors: the answer is something else, or is cut off. */
export function parseVersions(xml: string): Page<StoredVersion> {
  const listing = parseRoot(xml, 'ListVersionsResult', versionListing)
  const keyOf = keyReader(listing)
  const { NextKeyMarker: key, NextVersionIdMarker: versionId } = listing
  return {
    entries: [...listing.Version, ...listing.DeleteMarker].map(({ Key, VersionId }) => ({
      ...{ key: keyOf(Key), versionId: VersionId },
    })),
    next:
      listing.IsTruncated === 'true' && key !== undefined
        ? { 'key-marker': keyOf(key), ...(versionId === undefined ? {} : { 'version-id-marker': versionId }) }
        : null,
  }
}

/** Reads the body of a refused request; null if it is not an S3 error, for example the error page of a proxy. */
export function parseError(body: string): StoreError | null {
  const { success, data } = errorAnswer.safeParse(parseXml(body))
  return success ? { code: data.Error.Code, message: data.Error.Message } : null
}

function parseRoot<Schema extends z.ZodType>(xml: string, root: string, schema: Schema): z.infer<Schema> {
  const found = parseXml(xml)?.[root]
  // The parser accepts a document that is cut off.
  const isWhole = new RegExp(`</(?:\\w+:)?${root}>\\s*$|<(?:\\w+:)?${root}[^<>]*/>\\s*$`).test(xml)
  // An element without content is an empty text.
  const { success, data } = schema.safeParse(found === '' ? {} : found)
  if (isWhole && success) return data
  throw new NotAListing(xml)
}

/** A store answered a request for a listing with something else, or with a part of one. */
export class NotAListing extends Error {
  constructor(answer: string) {
    super(`the store's answer is not a listing, or is cut off: ${shortenMiddle(answer, OUTPUT_LIMIT)}`)
  }
}

/** Null for a text that is not XML. */
function parseXml(text: string): Record<string, unknown> | null {
  try {
    return parser.parse(text) as Record<string, unknown>
  } catch {
    return null
  }
}

/** XML cannot contain some characters of keys, so requests ask for URL-encoded keys. Some stores ignore that. */
const keyReader =
  ({ EncodingType }: { EncodingType?: string | undefined }) =>
  (text: string): string =>
    EncodingType === 'url' ? decodeURIComponent(text.replaceAll('+', ' ')) : text
