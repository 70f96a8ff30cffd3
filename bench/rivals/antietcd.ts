import { Agent, request } from 'node:http';
import { loadPackage } from './packages.ts';
import { within, type RivalEnd, type RivalOptions } from './rival.ts';

interface RangeAnswer {
  readonly kvs?: readonly { readonly value: string }[];
}

/** What is used of the package antietcd. */
interface AntiEtcd {
  readonly cluster: { readonly raft: { readonly state: string } };
  start(): Promise<void>;
  stop(): Promise<void>;
  put(question: { key: string; value: string }): Promise<unknown>;
  range(question: { key: string }): Promise<RangeAnswer>;
}
type AntiEtcdClass = new (configuration: Record<string, unknown>) => AntiEtcd;

const SOCKETS = 64;

/** A server of three that keeps everything in memory, as it does unless told otherwise, and asks the leader about each read. */
export async function startAntietcd({ index, ports }: RivalOptions): Promise<RivalEnd> {
  const AntiEtcd = loadPackage('antietcd') as AntiEtcdClass;
  const url = (port: number): string => `http://127.0.0.1:${port}`;
  const server = new AntiEtcd({
    ...{ ip: '127.0.0.1', port: ports[index], node_id: `n${index}`, cluster_key: 'bench' },
    cluster: Object.fromEntries(ports.map((port, at) => [`n${at}`, url(port)])),
    ...{ use_base64: 0, stale_read: 0, election_timeout: 1000, heartbeat_timeout: 200 },
  });
  await server.start();
  return {
    isLeader: () => server.cluster.raft.state === 'leader',
    put: (key, value) => within(server.put({ key, value }), 'a put'),
    read: async (key) => valueIn(await within(server.range({ key }), 'a read')),
    stop: () => server.stop(),
  };
}

/** A client over its HTTP interface, which is the only one that it has; connections are kept. */
export async function openAntietcdClient({ ports }: RivalOptions): Promise<RivalEnd> {
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
  const post = (path: string, body: unknown): Promise<unknown> =>
    within(postJson(agent, ports[0] ?? 0, path, body), path);
  return {
    put: (key, value) => post('/v3/kv/put', { key, value }),
    read: async (key) => valueIn((await post('/v3/kv/range', { key })) as RangeAnswer),
    stop: async () => agent.destroy(),
  };
}

function valueIn({ kvs }: RangeAnswer): string | null {
  return kvs?.[0]?.value ?? null;
}

function postJson(agent: Agent, port: number, path: string, body: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const asked = request({ agent, port, path, headers, host: '127.0.0.1', method: 'POST' }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        if (response.statusCode !== 200)
          return reject(new Error(`${path} was answered ${response.statusCode}: ${text}`));
        resolve(JSON.parse(text));
      });
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end(JSON.stringify(body));
  });
}
