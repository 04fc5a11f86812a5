// The list of what waits on this phone: each visit with how far it came, what
// the server said against it, and what can be done about that.
import { preview } from "./album";
import { replace } from "./live";
import { make, words, type Say } from "./make";
import { each } from "./page";
import { number } from "./phonestore";
import { draft, dropWaiting, keepFields, keepPhotos, keepWaiting, one, type Waiting } from "./visitstore";
import { still } from "./visitsync";
import { line, unsent, watch } from "./visitwords";

export function visitQueue(root: ParentNode): void {
  each<HTMLElement>(root, "[data-visit-queue]", (box) => {
    const say = words(box);
    const items = box.querySelector<HTMLElement>("[data-queue-items]")!;
    let before = -1;
    let drawn = "";
    const send = watch(box, (state, mine, others) => {
      line(box.querySelector("[data-queue-line]"), say, state, mine);
      if (mine.length < before) void news(box.dataset.to!);
      before = mine.length;
      const now = JSON.stringify([mine, others, state === "signin"]);
      if (now === drawn) return;
      drawn = now;
      items.querySelectorAll("img").forEach((i) => URL.revokeObjectURL(i.src));
      items.replaceChildren(...mine.map((w) => card(w, say, () => {
        drawn = "";
        send();
      })));
      if (mine.length === 0) items.append(make("p", "quiet", say("nothing")));
      if (others > 0) items.append(make("p", "hint", say("others", others)));
      if (state === "signin") items.append(link("button primary", say("signin.go"), "/console/signin?back=" + encodeURIComponent(box.dataset.to!)));
    });
  });
}

/** Shows the visits that the server has by now. */
async function news(to: string): Promise<void> {
  try {
    const r = await fetch(to, { headers: { "X-Fragment": "1" }, credentials: "same-origin" });
    if (r.ok && !r.redirected) replace(await r.text());
  } catch {
    // The list of what is here says enough.
  }
}

function link(name: string, text: string, to: string): HTMLAnchorElement {
  const a = make("a", name, text);
  a.href = to;
  return a;
}

function card(w: Waiting, say: Say, changed: () => void): HTMLElement {
  const at = new Date(w.visited).toLocaleString(document.documentElement.lang, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
  const out = make("article", "card visit-card", "",
    make("div", "toolbar", "", make("h3", "", w.name), make("span", "badge " + (unsent(w) ? "wait" : "bad"), say(unsent(w) ? "badge.waiting" : "badge.refused"))),
    make("p", "quiet", [at, w.photos.length ? say("photos.n", w.photos.length) : ""].filter(Boolean).join(" · ")));
  if (w.photos.length) {
    out.append(make("div", "tiles", "", ...w.photos.map((p, i) => {
      const tile = preview(p);
      tile.querySelector("img")!.alt = say("photo.n", i + 1);
      if (p.refused !== undefined) tile.classList.add("refused");
      return tile;
    })));
  }
  if (w.refused !== undefined) out.append(trouble(say("refused") + w.refused));
  for (const reason of new Set(w.photos.map((p) => p.refused))) {
    if (reason === undefined) continue;
    out.append(trouble(say("refused.photo", w.photos.filter((p) => p.refused === reason).length) + reason));
  }
  out.append(acts(w, say, changed));
  return out;
}

function trouble(text: string): HTMLElement {
  return make("p", "error", text);
}

/** What can be done about a visit that waits or was refused. */
function acts(w: Waiting, say: Say, changed: () => void): HTMLElement {
  const row = make("div", "buttons");
  const note = make("p", "error");
  note.setAttribute("role", "alert");
  const button = (text: string, look: string, fn: (b: HTMLButtonElement) => unknown) => {
    const b = make("button", "button " + look, text);
    b.type = "button";
    b.addEventListener("click", () => void fn(b));
    row.append(b);
  };
  // What the server may have by now is not written anew: it would be there twice.
  if (!w.to && !w.tried) {
    button(say("edit"), "secondary", async () => {
      if (!(await mend(w))) note.textContent = say("edit.busy");
      changed();
    });
  }
  if (unsent(w)) button(say("again"), "secondary", changed);
  button(say(w.to ? "photo.drop" : "drop"), "quiet", async (b) => {
    if (b.textContent !== say("drop.sure")) {
      b.textContent = say("drop.sure");
      return;
    }
    await drop(w.key);
    changed();
  });
  return make("div", "stack", "", row, note);
}

/**
 * Makes a draft of the visit again and opens its form. It reports false if
 * another draft of this shop was begun, which it would replace.
 */
async function mend(w: Waiting): Promise<boolean> {
  const id = w.by + "/" + w.shop;
  if (await draft(id)) return false;
  await still(async () => {
    const now = await one(w.key);
    if (!now || now.to || now.tried) return;
    await keepPhotos(id, now.photos.map((p) => ({ key: number(), blob: p.blob })));
    await keepFields(id, now.fields);
    await dropWaiting(w.key);
    location.assign("/console/curation/shops/" + w.shop + "/visit");
  });
  return true;
}

/** Deletes the visit, or the photos of it that were refused. */
async function drop(key: string): Promise<void> {
  await still(async () => {
    const w = await one(key);
    const rest = w?.photos.filter((p) => p.refused === undefined) ?? [];
    if (!w?.to || rest.every((p) => p.sent)) await dropWaiting(key);
    else await keepWaiting({ ...w, photos: rest });
  });
}
