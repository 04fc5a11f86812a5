// Sends one thing to our server and tells apart what was done, what never will
// be, and what may be another time.

export type State = "idle" | "sending" | "offline" | "signin" | "busy";

/** Why sending ends before the queue does. */
export class Halt extends Error {
  constructor(readonly state: State) {
    super(state);
  }
}

export interface Answer {
  body: any;
  refused?: string; // The sentence of a refusal that trying again cannot mend.
}

export async function post(to: string, headers: Record<string, string>, body: BodyInit, seconds: number): Promise<Answer> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), seconds * 1000);
  try {
    const r = await fetch(to, { method: "POST", headers: { Accept: "application/json", ...headers }, body, credentials: "same-origin", signal: late.signal });
    return verdict(r.status, await r.json());
  } catch (e) {
    if (e instanceof Halt) throw e;
    // No answer, half of one, or not one of ours: nobody knows what came of it.
    throw new Halt(navigator.onLine ? "busy" : "offline");
  } finally {
    clearTimeout(timer);
  }
}

// Codes that say that somebody else is signed in.
const others = ["console.visit_by", "member.note_by"];
// Codes of limits that the next minutes do not lift.
const limits = ["curate.often", "community.often"];

/** Tells apart what was done, what never will be, and what may be another time. */
function verdict(status: number, body: any): Answer {
  if (status < 300) return { body };
  if (status === 401 || others.includes(body.code)) throw new Halt("signin");
  if (status >= 500 || status === 408 || (status === 429 && !limits.includes(body.code)) || typeof body.title !== "string") throw new Halt("busy");
  return { body, refused: body.title };
}
