import type { OpenedStorage, Storage, StoredState } from '../../peer/ports/Storage.ts';
import { StoredImage } from '../../sim/StoredImage.ts';
import { stateBytes } from './stateBytes.ts';

/** A store that keeps account of what it was last acknowledged to hold, for its size; the account outlives its process. */
export class AccountedStore {
  readonly storage: Storage;
  readonly #image: StoredImage;

  constructor({ storage, stored }: Pick<OpenedStorage, 'storage' | 'stored'>) {
    this.#image = new StoredImage(stored);
    this.storage = {
      kind: storage.kind,
      write: (steps, done) =>
        storage.write(steps, (error) => {
          if (error === undefined) for (const step of steps) this.#image.take(step);
          done(error);
        }),
      close: () => storage.close(),
    };
  }

  get stored(): StoredState {
    return this.#image.copy();
  }

  get stateBytes(): number {
    return stateBytes(this.#image);
  }
}
