// Photos of a form: taken or chosen, made small, shown as tiles.
import { make, type Say } from "./make";
import { number, type Picture } from "./phonestore";
import { shrink } from "./shrink";

const most = 9;

export interface Album {
  all(): Picture[];
  put(photos: Picture[]): void;
  ready(): Promise<unknown>; // When all that was chosen is small.
}

export function photos(form: HTMLFormElement, say: Say, changed: () => void): Album {
  const tiles = form.querySelector<HTMLElement>("[data-tiles]")!;
  const trouble = form.querySelector<HTMLElement>("[data-photo-trouble]")!;
  const inputs = Array.from(tiles.querySelectorAll<HTMLInputElement>("input[type=file]"));
  const shown = new Map<string, HTMLElement>();
  let kept: Picture[] = [];
  let working: Promise<unknown> = Promise.resolve();

  function show(): void {
    for (const [key, tile] of shown) {
      if (kept.some((p) => p.key === key)) continue;
      URL.revokeObjectURL(tile.querySelector("img")!.src);
      tile.remove();
      shown.delete(key);
    }
    kept.forEach((p, i) => {
      const tile = shown.get(p.key) ?? preview(p, () => {
        kept = kept.filter((other) => other !== p);
        show();
        changed();
      });
      tile.querySelector("img")!.alt = say("photo.n", i + 1);
      tile.querySelector("button")?.setAttribute("aria-label", say("photo.drop") + " " + (i + 1));
      if (!shown.has(p.key)) inputs[0].parentElement!.before(tile);
      shown.set(p.key, tile);
    });
    for (const input of inputs) input.parentElement!.hidden = kept.length >= most;
  }

  async function take(files: File[]): Promise<void> {
    trouble.textContent = "";
    for (const file of files) {
      if (kept.length >= most) {
        trouble.textContent = say("photo.max");
        break;
      }
      const blob = await shrink(file);
      if (!blob) {
        trouble.textContent = say("photo.bad");
        continue;
      }
      kept = [...kept, { key: number(), blob }];
      show();
      changed();
    }
  }

  for (const input of inputs) {
    input.addEventListener("change", () => {
      const files = Array.from(input.files ?? []);
      input.value = "";
      working = working.then(() => take(files));
    });
  }
  return {
    all: () => kept,
    put(photos) {
      kept = photos;
      show();
    },
    ready: () => working,
  };
}

/** A tile with the picture; drop, if given, takes it away. */
export function preview(p: Picture, drop?: () => void): HTMLElement {
  const picture = make("img");
  picture.src = URL.createObjectURL(p.blob);
  const tile = make("div", "tile", "", picture);
  if (!drop) return tile;
  const button = make("button", "", "", cross());
  button.type = "button";
  button.addEventListener("click", drop);
  tile.append(button);
  return tile;
}

function cross(): SVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  for (const [name, value] of [["viewBox", "0 0 24 24"], ["width", "20"], ["height", "20"], ["fill", "none"], ["stroke", "currentColor"], ["stroke-width", "2"], ["stroke-linecap", "round"], ["aria-hidden", "true"]]) svg.setAttribute(name, value);
  path.setAttribute("d", "M6 6l12 12M18 6 6 18");
  svg.append(path);
  return svg;
}
