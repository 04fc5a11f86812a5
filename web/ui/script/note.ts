// Writing a note without a network: photos become tiles that outlast the page,
// and publishing keeps the note on this phone until the server has it. Where the
// browser keeps nothing, the form stays a plain form.
import { photos } from "./lib/album";
import { words } from "./lib/make";
import { announce, each, onArrival } from "./lib/page";
import { number } from "./lib/phonestore";
import { keep, keepPhotos, keeps, photosOf, waiting } from "./lib/notestore";
import { flush, moments, noteQueue } from "./lib/notequeue";

void keeps().then((ok) => {
  if (!ok) return;
  onArrival(noteQueue);
  onArrival((root) => each<HTMLElement>(root, "[data-note]", (box) => void begin(box, box.querySelector("form")!)));
});

async function begin(box: HTMLElement, form: HTMLFormElement): Promise<void> {
  const say = words(box);
  const place = box.dataset.draft!;
  form.classList.add("scripted");
  const album = photos(form, say, () => void keepPhotos(place, album.all()).catch(() => undefined));
  album.put(await photosOf(place));
  const line = box.querySelector<HTMLElement>("[data-note-line]")!;
  const by = box.dataset.by!;
  let mine = "";
  const send = async () => {
    if (!mine) return;
    const published = await flush(by);
    const to = published.get(mine);
    if (to) return location.assign(to);
    const left = (await waiting(by)).find((w) => w.key === mine);
    tell(line, left?.refused ?? say(left ? "kept" : ""));
    if (left?.refused !== undefined) mine = "";
    form.querySelectorAll("button").forEach((b) => b.removeAttribute("aria-disabled"));
  };
  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    e.stopImmediatePropagation();
    if (mine) return void send();
    await album.ready();
    const fields: [string, string][] = [];
    new FormData(form).forEach((value, name) => {
      if (typeof value === "string" && name !== "idem" && value !== "") fields.push([name, value]);
    });
    if (!fields.some(([name, value]) => name === "text" && value.trim() !== "")) {
      form.querySelector<HTMLTextAreaElement>("#text")!.focus();
      return tell(line, say("empty"));
    }
    mine = number();
    try {
      await keep({ key: mine, by, to: form.action, draft: place, name: box.dataset.name!, at: new Date().toISOString(), fields, photos: album.all() });
    } catch {
      mine = "";
      return tell(line, say("full"));
    }
    tell(line, say("sending"));
    await send();
  }, { capture: true });
  moments(() => void send());
}

function tell(line: HTMLElement, text: string): void {
  line.hidden = text === "";
  if (line.textContent === text) return;
  line.textContent = text;
  announce(text);
}
