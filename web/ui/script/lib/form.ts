// Forms that change something. A second press while the first is on its way
// does nothing. The hidden key that makes repeating harmless is kept until the
// server says, by the cookie "answered", that it answered under it: after a
// lost reply the same form sends the same key.
import { announce, each, word } from "./page";

const prefix = "idem:";

export function forms(root: ParentNode): void {
  forget();
  each<HTMLFormElement>(root, "form[data-form]", (form) => {
    const key = form.querySelector<HTMLInputElement>("input[name=idem]");
    form.addEventListener("submit", (e) => {
      if (form.dataset.sent !== undefined) {
        e.preventDefault();
        return;
      }
      form.dataset.sent = "";
      if (key) key.value = keep(slot(form, e.submitter), key.value);
      announce(word("busy"));
      // After the values are gathered, or a disabled button would not be sent.
      setTimeout(() => form.querySelectorAll("button").forEach((b) => b.setAttribute("aria-disabled", "true")));
    });
  });
}

// A page that comes back from the browser's memory may be sent again.
window.addEventListener("pageshow", (e) => {
  if (!e.persisted) return;
  forget();
  document.querySelectorAll<HTMLFormElement>("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("button").forEach((b) => b.removeAttribute("aria-disabled"));
  });
});

/** What a form is about to send, without its key: where it is kept. */
function slot(form: HTMLFormElement, button: HTMLElement | null): string {
  const parts: string[] = [form.action];
  new FormData(form, button as HTMLButtonElement | null).forEach((value, name) => {
    if (name !== "idem" && typeof value === "string") parts.push(name + "=" + value);
  });
  let hash = 5381;
  for (const c of parts.join("\n")) hash = (hash * 33 + c.codePointAt(0)!) >>> 0;
  return prefix + hash.toString(36);
}

/** Returns the key that was sent before for the same content, or keeps this one. */
function keep(name: string, key: string): string {
  try {
    const before = sessionStorage.getItem(name);
    if (before) return before;
    sessionStorage.setItem(name, key);
  } catch {
    // Storage is refused in private windows: the server's key serves.
  }
  return key;
}

/** Forgets the keys that the server answered under. */
function forget(): void {
  const answered = document.cookie.match(/(?:^|; )answered=([A-Za-z0-9_-]+)/)?.[1];
  if (!answered) return;
  try {
    for (let i = sessionStorage.length - 1; i >= 0; i--) {
      const name = sessionStorage.key(i)!;
      if (name.startsWith(prefix) && sessionStorage.getItem(name) === answered) sessionStorage.removeItem(name);
    }
  } catch {
    // Nothing was kept.
  }
}
