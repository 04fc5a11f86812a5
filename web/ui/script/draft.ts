// What is written and not sent yet. [data-draft="place"] holds a form: its
// texts and choices are kept in this browser as they are typed, and put back
// when the form comes empty, after a lost network or a closed tab.
// [data-draft-done="place"], on the page that says it was sent, forgets them.
import { each, onArrival } from "./lib/page";

const prefix = "draft:";
const daysMax = 14;

type Draft = { at: number; values: Record<string, string> };

onArrival((root) => {
  each<HTMLElement>(root, "[data-draft-done]", (el) => drop(el.dataset.draftDone!));
  each<HTMLElement>(root, "[data-draft]", (el) => {
    const form = el.querySelector("form");
    if (form) follow(form, el.dataset.draft!, el);
  });
});

function follow(form: HTMLFormElement, place: string, el: HTMLElement): void {
  const before = read(place);
  if (before && Object.keys(values(form)).length === 0 && fill(form, before)) {
    const say = el.querySelector<HTMLElement>("[data-draft-say]");
    if (say) say.textContent = el.dataset.draftKept ?? "";
  }
  form.addEventListener("input", () => save(place, values(form)));
}

/** What was typed or chosen, without the hidden key. */
function values(form: HTMLFormElement): Record<string, string> {
  const all: Record<string, string> = {};
  new FormData(form).forEach((value, name) => {
    if (name !== "idem" && typeof value === "string" && value !== "") all[name] = value;
  });
  return all;
}

function fill(form: HTMLFormElement, from: Record<string, string>): boolean {
  let filled = false;
  for (const [name, value] of Object.entries(from)) {
    const field = form.elements.namedItem(name);
    if (field instanceof RadioNodeList || field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement) {
      field.value = value;
      filled = true;
      const fold = (field instanceof RadioNodeList ? (field[0] as Element) : field).closest("details");
      if (fold) fold.open = true;
    }
  }
  return filled;
}

function read(place: string): Record<string, string> | undefined {
  try {
    const kept = localStorage.getItem(prefix + place);
    if (!kept) return undefined;
    const draft = JSON.parse(kept) as Draft;
    if (Date.now() - draft.at < daysMax * 86400000) return draft.values;
    localStorage.removeItem(prefix + place);
  } catch {
    // Storage is refused, or holds what is not ours.
  }
  return undefined;
}

function save(place: string, from: Record<string, string>): void {
  if (Object.keys(from).length === 0) return drop(place);
  try {
    localStorage.setItem(prefix + place, JSON.stringify({ at: Date.now(), values: from } satisfies Draft));
  } catch {
    // Storage is full or refused: the page works as without script.
  }
}

function drop(place: string): void {
  try {
    localStorage.removeItem(prefix + place);
  } catch {
    // There is nothing to forget.
  }
}
