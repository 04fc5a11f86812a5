// Notes that wait on this phone, sent whenever there may be a network, each as
// one request under its own number: it is published whole or not at all. One tab
// sends at a time.
import { make, words, type Say } from "./make";
import { each } from "./page";
import { Halt, post } from "./post";
import { drop, dropPhotos, keep, waiting, type Waiting } from "./notestore";

/** Sends what waits for this person and returns where each note stands that was published. */
export async function flush(by: string): Promise<Map<string, string>> {
  const done = new Map<string, string>();
  const run = async () => {
    for (const w of await waiting(by)) {
      if (w.refused !== undefined) continue;
      const to = await send(w);
      if (to) done.set(w.key, to);
    }
  };
  try {
    if (navigator.locks) await navigator.locks.request("notes", run);
    else await run();
  } catch (e) {
    if (!(e instanceof Halt)) throw e;
  }
  return done;
}

/** Sends one note; what the server refuses stays here with what it said. */
async function send(w: Waiting): Promise<string | undefined> {
  const body = new FormData();
  for (const [name, value] of w.fields) body.append(name, value);
  body.append("idem", w.key);
  body.append("by", w.by);
  for (const p of w.photos) body.append("photo", p.blob, "photo.jpg");
  const got = await post(w.to, {}, body, 180);
  if (got.refused !== undefined) {
    await keep({ ...w, refused: got.refused });
    return undefined;
  }
  await drop(w.key);
  await dropPhotos(w.draft);
  forget(w.draft);
  return got.body.note;
}

/** Forgets the words of a draft; see draft.ts. */
function forget(place: string): void {
  try {
    localStorage.removeItem("draft:" + place);
  } catch {
    // There is nothing to forget.
  }
}

/** Calls send at once and whenever there may be a network again. */
export function moments(send: () => void): void {
  window.addEventListener("online", send);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
  setInterval(() => document.visibilityState === "visible" && send(), 20000);
  send();
}

/** [data-note-queue] tells what waits for the person of [data-by], and sends it. */
export function noteQueue(root: ParentNode): void {
  each<HTMLElement>(root, "[data-note-queue]", (box) => {
    const say = words(box);
    const by = box.dataset.by ?? "";
    const look = async () => show(box, say, await waiting(by), look);
    moments(async () => {
      await look();
      if (!navigator.onLine) return;
      const published = await flush(by);
      await look();
      if (published.size > 0 && box.dataset.noteQueue === "reload") location.reload();
    });
  });
}

function show(box: HTMLElement, say: Say, all: Waiting[], again: () => Promise<void>): void {
  box.hidden = all.length === 0;
  box.replaceChildren(...all.map((w) => {
    const row = make("div", "note-waiting", "", make("strong", "", w.name));
    row.append(make("p", w.refused === undefined ? "quiet" : "error", w.refused === undefined ? say("waits") : say("refused") + w.refused));
    if (w.refused !== undefined) {
      const away = make("button", "button quiet small", say("drop"));
      away.type = "button";
      away.addEventListener("click", async () => {
        await drop(w.key);
        await again();
      });
      row.append(away);
    }
    return row;
  }));
}
