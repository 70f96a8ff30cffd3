import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A place with a network stack of its own, and an address in it. */
export interface Host {
  readonly namespace: string;
  readonly address: string;
  /** Goes before a command that is to run there. */
  readonly prefix: readonly string[];
}

const SUBNET = '10.77.0';

/**
 * Machines that are none: one network namespace each, on one bridge, which lies in the namespace of the first.
 * Nothing of it is in the namespace of the caller, so many such networks live side by side with the same addresses.
 * Needs root and iproute2.
 */
export class NamespaceNetwork {
  readonly #prefix = `ww${process.pid.toString(36)}${randomInt(36 ** 3).toString(36)}`;
  readonly #hosts: Host[] = [];

  /** @returns why this machine cannot, or undefined when it can */
  static async whyNot(): Promise<string | undefined> {
    const probe = new NamespaceNetwork();
    try {
      await probe.addHub();
      const [program = '', ...args] = (await probe.addHost()).prefix;
      await run(program, [...args, 'true']);
      return undefined;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return `no network namespaces here: ${why.trim().replace(/\s+/g, ' ')}`;
    } finally {
      await probe.remove();
    }
  }

  /** The first host: all others reach each other through its bridge. */
  async addHub(): Promise<Host> {
    const hub = await this.#addNamespace();
    await this.#ip('-n', hub.namespace, 'link', 'add', 'bridge', 'type', 'bridge');
    await this.#ip('-n', hub.namespace, 'addr', 'add', `${hub.address}/24`, 'dev', 'bridge');
    await this.#ip('-n', hub.namespace, 'link', 'set', 'bridge', 'up');
    return hub;
  }

  async addHost(): Promise<Host> {
    const hub = this.#hub();
    const host = await this.#addNamespace();
    const port = portOf(host);
    const { namespace } = host;
    // Made with both ends where they belong: no moment in which either lies in the caller's namespace.
    const end = ['peer', 'name', 'eth0', 'netns', namespace];
    await this.#ip('-n', hub.namespace, 'link', 'add', 'name', port, 'type', 'veth', ...end);
    await this.#ip('-n', hub.namespace, 'link', 'set', port, 'master', 'bridge', 'up');
    await this.#ip('-n', namespace, 'addr', 'add', `${host.address}/24`, 'dev', 'eth0');
    await this.#ip('-n', namespace, 'link', 'set', 'eth0', 'up');
    return host;
  }

  /** Pulls the host's cable, or plugs it in again. Nobody is told. */
  async setCable(host: Host, state: 'up' | 'down'): Promise<void> {
    await this.#ip('-n', this.#hub().namespace, 'link', 'set', portOf(host), state);
  }

  /** Removes all of it, whatever state it is in. Processes inside must have ended. */
  async remove(): Promise<void> {
    for (const { namespace } of this.#hosts.splice(0).reverse()) {
      // One that was never made cannot be removed, and that is no trouble.
      await this.#ip('netns', 'del', namespace).catch(() => undefined);
    }
  }

  #hub(): Host {
    const [hub] = this.#hosts;
    if (hub === undefined) throw new Error('add the hub first');
    return hub;
  }

  async #addNamespace(): Promise<Host> {
    const number = this.#hosts.length + 1;
    const namespace = `${this.#prefix}-${number}`;
    const host = { namespace, address: `${SUBNET}.${number}`, prefix: ['ip', 'netns', 'exec', namespace] };
    this.#hosts.push(host);
    await this.#ip('netns', 'add', namespace);
    await this.#ip('-n', namespace, 'link', 'set', 'lo', 'up');
    return host;
  }

  async #ip(...args: string[]): Promise<void> {
    await run('ip', args);
  }
}

/** The name of the bridge's port that leads to the host. */
function portOf(host: Host): string {
  return `to-${host.address.split('.').at(-1) ?? ''}`;
}
