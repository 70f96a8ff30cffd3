import type { Logger } from '../../endpoint/ports/Logger.ts';
import type { OpenedStorage } from '../ports/Storage.ts';
import type { Database } from './Database.ts';
import { openedStorage, type StepWitness } from './LevelStorage.ts';
import { createStore, loadStore, type LoadedStore, type StoreOwner } from './loadStore.ts';
import { DamagedRecord } from './records.ts';
import { readWitness } from './witnessLine.ts';

/** Where the witness of a database is. */
export interface WitnessPlace {
  /** Names it in warnings. */
  readonly name: string;
  /** @returns undefined when there is none */
  read(): Promise<string | undefined>;
  /** Makes it if it is not there, and writes the step. */
  open(step: number): Promise<StepWitness>;
}

/**
 * Opens the store in a database beside which a witness stands, or makes it.
 *
 * @param database open, and locked: nobody else writes it or its witness
 * @param where names the store in errors
 * @throws {DamagedRecord} when it is not what was acknowledged last, or not what was written
 * @throws {WhitewaterError} as `loadStore` does
 */
export async function openWitnessed(
  database: Database,
  owner: StoreOwner,
  where: string,
  witness: WitnessPlace,
  logger: Logger,
): Promise<OpenedStorage> {
  const content = await witness.read();
  const loaded = await loadStore(database, owner, where);
  if (loaded === undefined && content !== undefined) {
    throw new DamagedRecord('the database is empty, although something was acknowledged');
  }
  if (loaded !== undefined) checkStep(loaded, content, witness.name, logger);
  const store = loaded ?? (await createStore(database, owner));
  return openedStorage('disk', database, store, await witness.open(store.head.step));
}

function checkStep({ head }: LoadedStore, content: string | undefined, name: string, logger: Logger): void {
  const witnessed = content === undefined ? undefined : readWitness(content);
  if (witnessed === undefined) {
    const what = content === undefined ? 'missing' : 'torn';
    logger.warn(`the witness ${name} is ${what}, the database beside it is good: writing a new one`);
  } else if (witnessed > head.step) {
    throw new DamagedRecord(`the database ends at step ${head.step}, although step ${witnessed} was acknowledged`);
  }
}
