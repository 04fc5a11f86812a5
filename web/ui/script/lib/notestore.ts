// What a phone keeps of notes: the photos of a draft, and notes that wait for a
// network. The words of a draft are kept by draft.ts.
import { phone, type Picture } from "./phonestore";

const { act, keeps } = phone("citywalk-notes", { photos: "id", queue: "key" });
export { keeps };

/** A note that is to be sent as its form would send it. */
export interface Waiting {
  key: string; // Its own number, under which it is sent however often.
  by: string; // Who wrote it.
  to: string; // Where its form is sent.
  draft: string; // Its draft, which goes when it is published.
  name: string; // Of the shop.
  at: string; // RFC 3339, by this phone's clock.
  fields: [string, string][];
  photos: Picture[];
  refused?: string; // What the server said.
}

/** The photos of a draft; id is its place. */
export async function photosOf(id: string): Promise<Picture[]> {
  const kept = await act<{ photos: Picture[] } | undefined>("photos", "readonly", (s) => s.get(id));
  return kept?.photos ?? [];
}

export const keepPhotos = (id: string, photos: Picture[]): Promise<unknown> => act("photos", "readwrite", (s) => s.put({ id, photos }));
export const dropPhotos = (id: string): Promise<unknown> => act("photos", "readwrite", (s) => s.delete(id));
export const keep = (w: Waiting): Promise<unknown> => act("queue", "readwrite", (s) => s.put(w));
export const drop = (key: string): Promise<unknown> => act("queue", "readwrite", (s) => s.delete(key));

/** What waits for this person, the oldest first. */
export async function waiting(by: string): Promise<Waiting[]> {
  const all = await act<Waiting[]>("queue", "readonly", (s) => s.getAll());
  return all.filter((w) => w.by === by).sort((a, b) => a.at.localeCompare(b.at));
}
