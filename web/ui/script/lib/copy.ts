// Buttons that copy a text. Without the clipboard they stay hidden.
import { announce, each, word } from "./page";

export function copies(root: ParentNode): void {
  if (!navigator.clipboard) return;
  each<HTMLButtonElement>(root, "button[data-copy]", (b) => {
    b.hidden = false;
    b.addEventListener("click", async () => {
      await navigator.clipboard.writeText(b.dataset.copy ?? "");
      const before = b.textContent;
      b.textContent = word("copied");
      announce(word("copied"));
      setTimeout(() => (b.textContent = before), 1600);
    });
  });
}
