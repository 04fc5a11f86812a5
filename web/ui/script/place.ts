// The position, for one question at a time. A tap on [data-place-ask] asks the
// browser, which asks the member, and leads to the same page, or to the one that
// the button names, with lat and lng in its address, rounded to some ten metres.
// Nothing is kept.
import { each, onArrival } from "./lib/page";

onArrival((root) => {
  if (!("geolocation" in navigator)) return;
  each<HTMLButtonElement>(root, "[data-place-ask]", (button) => offer(button, lead));
  each<HTMLButtonElement>(root, "[data-place-fill]", (button) => offer(button, fill));
});

function offer(button: HTMLButtonElement, then: (button: HTMLButtonElement, lat: string, lng: string) => void): void {
  button.hidden = false;
  button.addEventListener("click", () => ask(button, then));
}

function lead(button: HTMLButtonElement, lat: string, lng: string): void {
  const to = new URL(button.dataset.placeTo ?? location.href, location.href);
  to.searchParams.set("lat", lat);
  to.searchParams.set("lng", lng);
  to.searchParams.delete("after");
  location.assign(to);
}

function fill(button: HTMLButtonElement, lat: string, lng: string): void {
  const form = button.form;
  if (!form) return;
  const put = (name: string, value: string) => {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement) field.value = value;
  };
  put("lat", lat);
  put("lng", lng);
  each<HTMLInputElement>(form, "[name=spot]:checked", (spot) => {
    spot.checked = false;
  });
  button.removeAttribute("aria-disabled");
  form.requestSubmit();
}

function ask(button: HTMLButtonElement, then: (button: HTMLButtonElement, lat: string, lng: string) => void): void {
  const say = document.querySelector<HTMLElement>("[data-place-say]");
  const words = (name: string) => {
    if (say) say.textContent = button.dataset[name] ?? "";
  };
  button.setAttribute("aria-disabled", "true");
  words("asking");
  navigator.geolocation.getCurrentPosition(
    (at) => then(button, at.coords.latitude.toFixed(4), at.coords.longitude.toFixed(4)),
    () => {
      button.removeAttribute("aria-disabled");
      words("denied");
    },
    { enableHighAccuracy: false, timeout: 8000, maximumAge: 60000 },
  );
}
