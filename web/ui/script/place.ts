// The position, for one question at a time. A tap on [data-place-ask] asks the
// browser, which asks the member, and leads to the same page, or to the one that
// the button names, with lat and lng in its address, rounded to some ten metres.
// Nothing is kept.
import { each, onArrival } from "./lib/page";

onArrival((root) => {
  if (!("geolocation" in navigator)) return;
  each<HTMLButtonElement>(root, "[data-place-ask]", (button) => {
    button.hidden = false;
    button.addEventListener("click", () => ask(button));
  });
});

function ask(button: HTMLButtonElement): void {
  const say = document.querySelector<HTMLElement>("[data-place-say]");
  const words = (name: string) => {
    if (say) say.textContent = button.dataset[name] ?? "";
  };
  button.setAttribute("aria-disabled", "true");
  words("asking");
  navigator.geolocation.getCurrentPosition(
    (at) => {
      const to = new URL(button.dataset.placeTo ?? location.href, location.href);
      to.searchParams.set("lat", at.coords.latitude.toFixed(4));
      to.searchParams.set("lng", at.coords.longitude.toFixed(4));
      to.searchParams.delete("after");
      location.assign(to);
    },
    () => {
      button.removeAttribute("aria-disabled");
      words("denied");
    },
    { enableHighAccuracy: false, timeout: 8000, maximumAge: 60000 },
  );
}
