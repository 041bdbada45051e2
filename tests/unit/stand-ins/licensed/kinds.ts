import type { KubeObject } from '../../../../lib/kube/object.ts'

/**
 * Kinds of tools that only a licence or an accepted agreement lets run, as far as the drills use them: `plural:Kind`, with `:ns`
 * for namespaced ones. Written for the tests from the tools' documentation.
 */
export const LICENSED_KINDS: Record<string, readonly string[]> = {
  'core.kubestash.com/v1alpha1': [
    ...['backupconfigurations:BackupConfiguration:ns', 'backupsessions:BackupSession:ns'],
    'restoresessions:RestoreSession:ns',
  ],
  'storage.kubestash.com/v1alpha1': [
    ...['backupstorages:BackupStorage:ns', 'retentionpolicies:RetentionPolicy:ns'],
    ...['repositories:Repository:ns', 'snapshots:Snapshot:ns'],
  ],
  'actions.kio.kasten.io/v1alpha1': [
    ...['backupactions:BackupAction:ns', 'exportactions:ExportAction:ns', 'restoreactions:RestoreAction:ns'],
  ],
  'apps.kio.kasten.io/v1alpha1': ['restorepoints:RestorePoint:ns', 'restorepointcontents:RestorePointContent'],
  'config.kio.kasten.io/v1alpha1': ['profiles:Profile:ns'],
}

/** Definitions of those kinds for a real API server. Any field is accepted, and the status is a subresource. */
export const licensedDefinitions = (): KubeObject[] =>
  Object.entries(LICENSED_KINDS).flatMap(([apiVersion, kinds]) =>
    kinds.map((text) => {
      const [group = '', version = ''] = apiVersion.split('/')
      const [plural = '', kind = '', scope] = text.split(':')
      const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
      return {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: `${plural}.${group}` },
        spec: {
          group,
          scope: scope === 'ns' ? 'Namespaced' : 'Cluster',
          names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
          versions: [
            {
              ...{ name: version, served: true, storage: true, subresources: { status: {} } },
              schema: { openAPIV3Schema: anything },
            },
          ],
        },
      }
    }),
  )
