// Sends what waits. One tab sends at a time. Each visit and each photo goes
// under its own number, so that what was sent and not heard of is sent again
// without harm. What the server refuses stays here with what it said; what it
// could not do now is tried again.
import type { Picture } from "./phonestore";
import { Halt, post, type State } from "./post";
import { dropWaiting, keepWaiting, waiting, type Waiting } from "./visitstore";

export interface Sender {
  by: string; // Whose visits this page may send.
  to: string; // Where they are sent.
  tell(state: State): void; // Called whenever something changed.
}

let busy = false;
let again = false;

/** Sends what waits, or notes that there is more if sending is under way. */
export async function flush(s: Sender): Promise<void> {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  try {
    do {
      again = false;
      await alone(() => run(s));
    } while (again);
  } finally {
    busy = false;
  }
}

/** Runs fn unless another tab is at it. */
async function alone(fn: () => Promise<void>): Promise<void> {
  if (!navigator.locks) return fn();
  await navigator.locks.request("visits", { ifAvailable: true }, async (lock) => {
    if (lock) await fn();
  });
}

/** Runs fn while nothing is sent. */
export async function still(fn: () => Promise<void>): Promise<void> {
  if (!navigator.locks) return fn();
  await navigator.locks.request("visits", fn);
}

async function run(s: Sender): Promise<void> {
  try {
    for (const w of await waiting()) {
      if (w.by !== s.by || w.refused !== undefined) continue;
      if (w.photos.every((p) => p.refused !== undefined || p.sent) && w.to) continue;
      s.tell("sending");
      await send(s, w);
      s.tell("sending");
    }
    s.tell("idle");
  } catch (e) {
    if (!(e instanceof Halt)) throw e;
    s.tell(e.state);
  }
}

/** Sends one visit and then its photos, and notes after each how far it came. */
async function send(s: Sender, w: Waiting): Promise<void> {
  if (!w.to) {
    w.tried = true;
    await keepWaiting(w);
    const got = await post(s.to, { "Content-Type": "application/json" }, JSON.stringify(content(w)), 30);
    if (got.refused !== undefined) w.refused = got.refused;
    else w.to = got.body.photos;
    w.tried = false;
    await keepWaiting(w);
    if (w.refused !== undefined) return;
  }
  for (const p of w.photos) {
    if (p.sent || p.refused !== undefined) continue;
    const got = await post(w.to!, { "Content-Type": p.blob.type, "Idempotency-Key": p.key }, p.blob, 120);
    if (got.refused !== undefined) p.refused = got.refused;
    else p.sent = true;
    await keepWaiting(w);
  }
  if (w.photos.every((p: Picture) => p.sent)) await dropWaiting(w.key);
}

/** The visit as the server takes it. */
function content(w: Waiting): unknown {
  const answered = (answer: string) =>
    Object.keys(w.fields).filter((name) => name.startsWith("check_") && w.fields[name] === answer).map((name) => name.slice("check_".length));
  const f = w.fields;
  return {
    key: w.key, by: w.by, shop: w.shop, visited: w.visited, mark: f.mark ?? "", yes: answered("yes"), no: answered("no"),
    price: f.price ?? "", terms: f.terms ?? "", remark: f.remark ?? "",
    point: f.lat && f.lng ? { lat: Number(f.lat), lng: Number(f.lng) } : null,
  };
}
