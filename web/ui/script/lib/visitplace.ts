// The position of a visit: asked for by a tap of its own, taken once, rounded
// to some ten metres, shown as taken, and taken away by another tap.
import type { Say } from "./make";

export interface Spot {
  show(): void;
  clear(): void; // It is given for one visit.
}

export function place(form: HTMLFormElement, say: Say, changed: () => void): Spot {
  const box = form.querySelector<HTMLElement>("[data-place-box]")!;
  const button = box.querySelector<HTMLButtonElement>("[data-place-take]")!;
  const text = box.querySelector<HTMLElement>("[data-place-say]")!;
  const lat = box.querySelector<HTMLInputElement>("input[name=lat]")!;
  const lng = box.querySelector<HTMLInputElement>("input[name=lng]")!;
  let within = 0;

  function show(): void {
    const taken = lat.value !== "";
    button.setAttribute("aria-pressed", String(taken));
    button.querySelector("span")!.textContent = say(taken ? "place.drop" : "place");
    text.textContent = !taken ? say("place.why") : within ? say("place.taken", within) : say("place.kept");
    button.removeAttribute("aria-disabled");
  }
  function put(y: string, x: string): void {
    lat.value = y;
    lng.value = x;
    show();
    changed();
  }
  if (!("geolocation" in navigator)) return { show: () => undefined, clear: () => undefined };
  box.hidden = false;
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled")) return;
    if (lat.value) return put("", "");
    button.setAttribute("aria-disabled", "true");
    text.textContent = say("place.asking");
    navigator.geolocation.getCurrentPosition(
      (at) => {
        within = Math.max(10, Math.round(at.coords.accuracy));
        put(at.coords.latitude.toFixed(4), at.coords.longitude.toFixed(4));
      },
      () => {
        show();
        text.textContent = say("place.denied");
      },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 0 },
    );
  });
  return {
    show,
    clear() {
      lat.value = lng.value = "";
      show();
    },
  };
}
