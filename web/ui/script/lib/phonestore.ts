// What a phone keeps for pages that work without a network: stores of things by
// their key, in a database of this browser.

export interface Picture {
  key: string; // Its own number, under which it is sent however often.
  blob: Blob;
  sent?: boolean;
  refused?: string; // What the server said.
}

export type Act = <T>(store: string, mode: IDBTransactionMode, fn: (s: IDBObjectStore) => IDBRequest<T>) => Promise<T>;

/** Opens, when it is first needed, a database with these stores and the keys of what is in them. */
export function phone(name: string, stores: Record<string, string>): { act: Act; keeps(): Promise<boolean> } {
  let opened: Promise<IDBDatabase> | undefined;
  function database(): Promise<IDBDatabase> {
    opened ??= new Promise((done, failed) => {
      const asked = indexedDB.open(name, 1);
      asked.onupgradeneeded = () => {
        for (const [store, keyPath] of Object.entries(stores)) asked.result.createObjectStore(store, { keyPath });
      };
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
    return opened;
  }
  return {
    /** Runs one request and waits until it is on the disk. */
    async act(store, mode, fn) {
      const tx = (await database()).transaction(store, mode);
      const asked = fn(tx.objectStore(store));
      // Said at once, the end of it does not need this page any more.
      if (mode === "readwrite") tx.commit?.();
      return new Promise((done, failed) => {
        tx.oncomplete = () => done(asked.result);
        tx.onabort = () => failed(tx.error);
      });
    },
    /** Whether this browser keeps anything; a private window may not. */
    keeps: () => database().then(() => true, () => false),
  };
}

/** A number that nobody else has, also where there is no crypto.randomUUID. */
export function number(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}
