// What a phone keeps of visits: drafts, one for each reviewer and shop, and the
// queue of what is to be sent. It lasts over a reload, a dead battery and a
// sign-out, because it exists nowhere else yet.
import { phone, type Picture } from "./phonestore";

/** The form's fields by name, as typed. */
export type Fields = Record<string, string>;

/** One of the two halves of a draft: the photos are large and change seldom. */
interface Half {
  id: string;
  fields?: Fields;
  photos?: Picture[];
}

export interface Draft {
  fields: Fields;
  photos: Picture[];
}

export interface Waiting {
  key: string;
  by: string;
  shop: string;
  name: string;
  visited: string; // RFC 3339, by this phone's clock.
  fields: Fields;
  photos: Picture[];
  tried?: boolean; // Was sent, and what came of it was not heard.
  to?: string; // Where its photos are sent; set once the visit itself is kept.
  refused?: string;
}

const { act, keeps } = phone("citywalk-visits", { drafts: "id", queue: "key" });
export { keeps };

const pictures = (id: string): string => id + "/photos";
const half = (id: string): Promise<Half | undefined> => act("drafts", "readonly", (s) => s.get(id));

/** The draft that was begun, if there is one; id is reviewer/shop. */
export async function draft(id: string): Promise<Draft | undefined> {
  const fields = (await half(id))?.fields ?? {};
  const photos = (await half(pictures(id)))?.photos ?? [];
  return Object.keys(fields).length || photos.length ? { fields, photos } : undefined;
}

export const keepFields = (id: string, fields: Fields): Promise<unknown> => act("drafts", "readwrite", (s) => s.put({ id, fields }));
export const keepPhotos = (id: string, photos: Picture[]): Promise<unknown> => act("drafts", "readwrite", (s) => s.put({ id: pictures(id), photos }));

export async function dropDraft(id: string): Promise<void> {
  await act("drafts", "readwrite", (s) => s.delete(id));
  await act("drafts", "readwrite", (s) => s.delete(pictures(id)));
}

export const keepWaiting = (w: Waiting): Promise<unknown> => act("queue", "readwrite", (s) => s.put(w));
export const dropWaiting = (key: string): Promise<unknown> => act("queue", "readwrite", (s) => s.delete(key));

/** What waits under this number, if it still does. */
export const one = (key: string): Promise<Waiting | undefined> => act("queue", "readonly", (s) => s.get(key));

/** All that waits, the oldest first, whoever wrote it. */
export async function waiting(): Promise<Waiting[]> {
  const all = await act<Waiting[]>("queue", "readonly", (s) => s.getAll());
  return all.sort((a, b) => a.visited.localeCompare(b.visited));
}
