// The number pad. It writes into its field, which stays a field: a keyboard or
// a paste works too.
import { each } from "./page";

export function keypads(root: ParentNode): void {
  each(root, "[data-keypad]", (pad) => {
    const field = document.getElementById(pad.dataset.keypad ?? "") as HTMLInputElement | null;
    if (!field) return;
    pad.hidden = false;
    // The pad replaces the phone's own keyboard.
    if (matchMedia("(pointer: coarse)").matches) field.inputMode = "none";
    pad.addEventListener("click", (e) => {
      const key = (e.target as Element).closest<HTMLElement>("[data-key]")?.dataset.key;
      if (!key) return;
      field.value = pad.dataset.mode === "amount" ? amount(field.value, key) : digits(field.value, key);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
  });
}

function digits(now: string, key: string): string {
  if (key === "back") return now.trimEnd().slice(0, -1).trimEnd();
  if (key === "clear") return "";
  const all = (now + key).replace(/\D/g, "").slice(0, 18);
  return all.replace(/(\d{6})(?=\d)/g, "$1 ");
}

function amount(now: string, key: string): string {
  if (key === "back") return now.slice(0, -1);
  if (key === ".") return now.includes(".") ? now : (now || "0") + ".";
  const next = now === "0" ? key : now + key;
  return /^\d{0,7}(\.\d{0,2})?$/.test(next) ? next : now;
}
