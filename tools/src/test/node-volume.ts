import { join } from 'node:path';
import type { Kubectl } from '../deploy/cluster/kubectl.ts';

/**
 * Creates an empty volume for Redis in a single-node cluster without a default storage class. The volume is a folder on
 * the node. `name` is the name of both the volume and the storage class. The data stays there until the next test.
 * @throws Failure with kubectl's error message
 */
export async function createNodeVolume(kubectl: Kubectl, name: string): Promise<void> {
  await kubectl.text(['apply', '-f', '-'], JSON.stringify(volume(name)));
  const wait = ['wait', '-n', 'default', `job/${name}`, '--for=condition=complete', '--timeout=2m'];
  await kubectl.text(wait);
}

/** Deletes the volume, but not the data. */
export async function deleteNodeVolume(kubectl: Kubectl, name: string): Promise<void> {
  await kubectl.try(['delete', 'persistentvolume', name]);
  await kubectl.try(['delete', '-n', 'default', 'job', name]);
}

function volume(name: string): object {
  const hostPath = { path: join('/var/lib', name), type: 'DirectoryOrCreate' };
  const owner = {
    name: 'owner',
    image: 'valkey/valkey:8.0.1',
    command: ['sh', '-c', 'rm -rf /data/* && chown 999:999 /data'],
    securityContext: { runAsUser: 0 },
    volumeMounts: [{ name: 'data', mountPath: '/data' }],
  };
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name, namespace: 'default' },
        spec: {
          template: {
            spec: { restartPolicy: 'Never', containers: [owner], volumes: [{ name: 'data', hostPath }] },
          },
        },
      },
      {
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name },
        spec: {
          storageClassName: name,
          capacity: { storage: '1Gi' },
          accessModes: ['ReadWriteOnce'],
          persistentVolumeReclaimPolicy: 'Retain',
          hostPath,
        },
      },
    ],
  };
}
