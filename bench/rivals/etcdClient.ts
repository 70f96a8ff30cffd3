import { loadPackage } from './packages.ts';
import { within, type RivalEnd, type RivalOptions } from './rival.ts';

/** What is used of the package etcd3. */
interface Etcd3 {
  put(key: string): { value(value: string): Promise<unknown> };
  get(key: string): { string(): Promise<string | null> };
  close(): void;
}
interface Etcd3Package {
  readonly Etcd3: new (options: { readonly hosts: readonly string[] }) => Etcd3;
}

/** A client of etcd by the package etcd3; its reads are linearizable unless told otherwise. */
export async function openEtcdClient({ ports }: RivalOptions): Promise<RivalEnd> {
  const { Etcd3 } = loadPackage('etcd3') as Etcd3Package;
  const client = new Etcd3({ hosts: ports.map((port) => `http://127.0.0.1:${port}`) });
  return {
    put: (key, value) => within(client.put(key).value(value), 'a put'),
    read: (key) => within(client.get(key).string(), 'a read'),
    stop: async () => client.close(),
  };
}
