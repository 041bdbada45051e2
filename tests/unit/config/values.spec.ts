import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { readConfig } from '../../../lib/config/config.ts'
import { inFolder } from '../in-folder.ts'

const store = {
  MESHDRILL_S3_URL: 'https://minio.example.org:9000',
  MESHDRILL_S3_REGION: 'us-east-1',
  MESHDRILL_S3_BUCKET: 'drills',
  MESHDRILL_S3_ACCESS_KEY: 'meshdrill',
  MESHDRILL_S3_SECRET_KEY: 'canary-secret',
}
const existing = { MESHDRILL_CLUSTER: 'existing', MESHDRILL_CONTEXT: 'mine' }

/** What is said of a variable with this value, among right ones. */
function complaint(variable: string, value: string): string {
  const isOfStore = variable.startsWith('MESHDRILL_S3_')
  const isOfExisting = isOfStore || /CONTEXT|CONFIRM|NODE|STORAGE|IMAGES/.test(variable)
  const env = {
    ...(isOfExisting ? existing : { MESHDRILL_CLUSTER: 'embedded' }),
    ...(isOfStore ? store : {}),
    ...{ MESHDRILL_LOAD_PARALLELISM: '1', [variable]: value },
  }
  try {
    readConfig(env)
    return ''
  } catch (error) {
    return String(error)
  }
}

test('a blank value of every kind counts as not set', () => {
  const blank = {
    MESHDRILL_SEED: ' ',
    MESHDRILL_TOOL: '',
    MESHDRILL_RTO: '\t',
    MESHDRILL_CONTEXT: '',
    MESHDRILL_CELL: ' ',
  }
  expect(readConfig({ MESHDRILL_CLUSTER: 'embedded', ...blank })).toMatchObject({
    seed: 1,
    tool: null,
    rtoMs: null,
    cell: null,
  })
  expect(readConfig({ MESHDRILL_CLUSTER: ' ' }, () => 'kind').cluster).toBe('kind')
})

test('a number is written in decimal digits', () => {
  for (const value of ['1e3', '0x10', '+5', '-1', '5.0', '1_000', 'five', '٣', '1 000'])
    expect(complaint('MESHDRILL_SEED', value)).toContain(`MESHDRILL_SEED: "${value}" is not a whole number from 0 to`)
  expect(complaint('MESHDRILL_SEED', ' 7 ')).toBe('')
  expect(complaint('MESHDRILL_PROBE_HZ', '201')).toContain('from 1 to 200')
})

test('the URL of a store needs http or https, and the error for a missing scheme says so', () => {
  for (const value of ['minio.example.org:9000', 'localhost:9000', 's3.example.org', '10.0.0.1:9000'])
    expect(complaint('MESHDRILL_S3_URL', value)).toContain(
      `MESHDRILL_S3_URL: "${value}" is not a URL: http:// or https:// is missing, as in https://${value}`,
    )
  for (const value of ['javascript:1', 'javascript:alert(1)', 'here', '//minio:9000', 'http:minio', 'data:,x'])
    expect(complaint('MESHDRILL_S3_URL', value)).toContain('http:// or https:// is missing')
  for (const value of ['ftp://minio:21', 's3://bucket', 'file:///etc/passwd'])
    expect(complaint('MESHDRILL_S3_URL', value)).toContain('is not http or https')
  for (const value of ['http://', 'https://a b', 'http://minio:99999'])
    expect(complaint('MESHDRILL_S3_URL', value)).toContain('is not a URL, such as')
  for (const value of ['http://minio:9000', 'HTTPS://minio', 'https://s3.example.org/', 'http://[fd00::1]:9000'])
    expect(complaint('MESHDRILL_S3_URL', value)).toBe('')
  expect(readConfig({ ...existing, ...store, MESHDRILL_S3_URL: 'https://minio/' }).existing?.store?.url).toBe(
    'https://minio',
  )
})

test('a URL with a user, a password, a query or a fragment is refused, and the error does not show it', () => {
  for (const value of [
    'https://user:canary-secret@minio',
    'https://canary-secret@minio',
    'user:canary-secret@minio:9000',
    'https://minio/?X-Amz-Signature=canary-secret',
    'https://minio/#canary-secret',
  ]) {
    const said = complaint('MESHDRILL_S3_URL', value)
    expect(said).toContain('MESHDRILL_S3_URL: the URL contains a')
    expect(said).not.toContain('canary-secret')
  }
})

test('a key of a store that cannot be sent is refused, and the error does not show it', () => {
  const said = complaint('MESHDRILL_S3_SECRET_KEY', 'canary secret')
  expect(said).toContain('MESHDRILL_S3_SECRET_KEY: the key contains a blank')
  expect(said).not.toContain('canary')
})

test('the name of a bucket follows the rules of S3', () => {
  for (const value of [
    'ab',
    'a'.repeat(64),
    'Drills',
    'my_drills',
    '-drills',
    'drills-',
    'a..b',
    '192.168.0.1',
    'a/b',
    '../x',
  ])
    expect(complaint('MESHDRILL_S3_BUCKET', value)).toContain(
      `MESHDRILL_S3_BUCKET: "${value}" is not the name of a bucket`,
    )
  for (const value of ['abc', 'my-drills.2', 'a'.repeat(63), '123'])
    expect(complaint('MESHDRILL_S3_BUCKET', value)).toBe('')
})

test('labels must be valid in Kubernetes', () => {
  for (const value of [
    '=x',
    'a b=c',
    'pool=a b',
    '-a=b',
    'a/b/c=d',
    'pool=$(id)',
    ',',
    'a=1,a=2',
    `a=${'x'.repeat(64)}`,
  ])
    for (const variable of ['MESHDRILL_LOAD_NODES', 'MESHDRILL_SYSTEM_NODES'])
      expect(complaint(variable, value), value).toContain(`${variable}: `)
  for (const value of ['pool=a', 'node-role.kubernetes.io/edge', 'a=b,c.d/e_f=G.h', 'pool=a, zone=b', 'pool=a,'])
    expect(complaint('MESHDRILL_LOAD_NODES', value), value).toBe('')
})

test('names, addresses, UIDs and commands are checked', () => {
  for (const [variable, wrong, right] of [
    ['MESHDRILL_CONTEXT', 'a\u001b[31mb', 'team [a] $(x)'],
    ['MESHDRILL_CONFIRM', '../victim', '6ee66bc5-1234-4abc-8def-0123456789ab'],
    ['MESHDRILL_NODE_ADDRESS', 'http://10.0.0.1', 'fd00::1'],
    ['MESHDRILL_NODE_ADDRESS', '10.0.0.1:30080', 'node-1.example.org'],
    ['MESHDRILL_STORAGE_CLASS', 'Fast SSD', 'fast-ssd'],
    ['MESHDRILL_SNAPSHOT_STORAGE_CLASS', 'a/b', 'csi.v2'],
    ['MESHDRILL_STORAGE_PODS', 'a/b/c', 'rook-ceph/osd-'],
    ['MESHDRILL_STORAGE_PODS', '/osd', 'rook-ceph'],
    ['MESHDRILL_CELL', 'a/b', 'velero-v1.36'],
    ['MESHDRILL_RTO', '90', '90s'],
    ['MESHDRILL_RPO', '-1s', '0s'],
  ] as const) {
    expect(complaint(variable, wrong), wrong).toContain(`${variable}: `)
    expect(complaint(variable, right), right).toBe('')
  }
})

test('a named file must exist', async () => {
  await inFolder((folder) => {
    const file = join(folder, 'images.yaml')
    expect(complaint('MESHDRILL_IMAGES', file)).toContain(`MESHDRILL_IMAGES: there is no file "${file}"`)
    expect(complaint('MESHDRILL_IMAGES', folder)).toContain('there is no file')
    writeFileSync(file, '')
    expect(complaint('MESHDRILL_IMAGES', file)).toBe('')
    return Promise.resolve()
  })
})
