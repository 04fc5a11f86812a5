// The form of a visit. What is typed is kept as it is typed. Saving puts the
// visit into the queue, with or without a network, and says so; sending it is
// the queue's.
import { photos } from "./album";
import { words, type Say } from "./make";
import { announce, each } from "./page";
import { number } from "./phonestore";
import { place } from "./visitplace";
import { draft, dropDraft, keepFields, keepPhotos, keepWaiting, type Fields, type Waiting } from "./visitstore";
import { line, unsent, watch } from "./visitwords";

export function visitForm(root: ParentNode): void {
  each<HTMLFormElement>(root, "form[data-visit]", (form) => void begin(form));
}

async function begin(form: HTMLFormElement): Promise<void> {
  const say = words(form);
  form.classList.add("scripted");
  const id = form.dataset.by + "/" + form.dataset.shop;
  const write = () => void keepFields(id, fields(form)).catch(() => undefined);
  const album = photos(form, say, () => void keepPhotos(id, album.all()).catch(() => undefined));
  const spot = place(form, say, write);
  const before = await draft(id);
  if (before) {
    fill(form, before.fields);
    album.put(before.photos);
  }
  spot.show();
  form.addEventListener("input", write);
  form.addEventListener("change", write);
  unmark(form, write);
  const done = saved(form, say, () => {
    form.reset();
    album.put([]);
    spot.clear();
  });
  const send = watch(form, (state, mine) => {
    line(form.querySelector("[data-queue-line]"), say, state, mine);
    done.look(mine.find((w) => w.key === done.key()), mine.filter(unsent).length);
  });
  let saving = false;
  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    if (saving || !priced(form, say)) return;
    saving = true;
    try {
      await album.ready();
      const key = number();
      await keepWaiting({
        key, by: form.dataset.by!, shop: form.dataset.shop!, name: form.dataset.name!,
        visited: new Date().toISOString(), fields: fields(form), photos: album.all(),
      });
      await dropDraft(id);
      done.show(key);
      // Asks the browser not to throw this away when its disk is full.
      void navigator.storage?.persist?.();
      send();
    } catch {
      announce(say("full"));
      form.querySelector<HTMLElement>("[data-photo-trouble]")!.textContent = say("full");
    } finally {
      saving = false;
    }
  });
}

/** What was filled in, by name; files and the hidden key are not. */
function fields(form: HTMLFormElement): Fields {
  const all: Fields = {};
  new FormData(form).forEach((value, name) => {
    if (typeof value === "string" && name !== "idem" && value !== "") all[name] = value;
  });
  return all;
}

function fill(form: HTMLFormElement, all: Fields): void {
  for (const e of Array.from(form.elements) as HTMLInputElement[]) {
    if (e.type === "radio") e.checked = (all[e.name] ?? "") === e.value;
    else if (e.name && e.name !== "idem" && e.type !== "file") e.value = all[e.name] ?? "";
  }
}

/** A second tap on one's own mark takes it back. */
function unmark(form: HTMLFormElement, changed: () => void): void {
  let was: HTMLInputElement | undefined;
  each<HTMLInputElement>(form, "input[name=mark]", (radio) => {
    radio.addEventListener("pointerdown", () => (was = radio.checked ? radio : undefined));
    radio.addEventListener("click", () => {
      if (was !== radio) return;
      radio.checked = false;
      changed();
    });
  });
}

/** Whether the price can be read; the server may be too far away to say it. */
function priced(form: HTMLFormElement, say: Say): boolean {
  const input = form.querySelector<HTMLInputElement>("input[name=price]")!;
  const good = /^\s*[¥￥]?(\d{1,7}(\.\d{1,2})?)?\s*$/.test(input.value);
  const field = input.closest(".field")!;
  field.querySelector(".error")?.remove();
  field.classList.toggle("wrong", !good);
  input.toggleAttribute("aria-invalid", !good);
  if (good) return true;
  const error = document.createElement("p");
  error.className = "error";
  error.id = "price-error";
  error.setAttribute("role", "alert");
  error.textContent = say("price.bad");
  field.append(error);
  input.setAttribute("aria-describedby", error.id);
  input.focus();
  return false;
}

/** What stands in place of the form once its visit is kept. */
function saved(form: HTMLFormElement, say: Say, fresh: () => void) {
  const box = document.querySelector<HTMLElement>("[data-visit-saved]")!;
  const title = box.querySelector<HTMLElement>("[data-saved-title]")!;
  const text = box.querySelector<HTMLElement>("[data-saved-line]")!;
  let kept = "";
  const swap = (done: boolean) => {
    document.querySelectorAll<HTMLElement>("[data-visit-shop], form[data-visit]").forEach((e) => (e.hidden = done));
    box.hidden = !done;
    window.scrollTo(0, 0);
  };
  box.querySelector("[data-saved-again]")!.addEventListener("click", () => {
    kept = "";
    fresh();
    swap(false);
  });
  return {
    key: () => kept,
    show(key: string) {
      kept = key;
      swap(true);
      box.focus({ preventScroll: true });
    },
    /** Tells how far the visit came: w is what is here of it yet, n how much is to be sent in all. */
    look(w: Waiting | undefined, n: number) {
      if (!kept) return;
      const stage = !w ? "sent" : unsent(w) ? "saved" : "refused";
      box.dataset.look = stage;
      const both = [say(stage + ".title"), say(stage + ".line", n)];
      if (title.textContent === both[0] && text.textContent === both[1]) return;
      [title.textContent, text.textContent] = both;
      announce(both.join(" "));
    },
  };
}
