// Keys in the console's tables: j and k walk the rows, enter opens, "/" goes
// to the search, esc leaves it.

export function keys(): void {
  if (document.documentElement.dataset.app !== "console") return;
  document.addEventListener("keydown", (e) => {
    if (e.metaKey || e.ctrlKey || e.altKey) return;
    const typing = (e.target as Element).closest("input, select, textarea");
    if (e.key === "Escape" && typing) (typing as HTMLElement).blur();
    if (typing) return;
    if (e.key === "j") walk(1);
    else if (e.key === "k") walk(-1);
    else if (e.key === "Enter" && document.activeElement === document.body) chosen()?.querySelector<HTMLElement>("[data-open]")?.click();
    else if (e.key === "/") {
      const search = document.querySelector<HTMLElement>("[role=search] input");
      if (search) {
        e.preventDefault();
        search.focus();
      }
    }
  });
}

function chosen(): Element | null {
  return document.querySelector("[data-rows] > [aria-selected=true]");
}

function walk(step: number): void {
  const rows = Array.from(document.querySelectorAll("[data-rows] > tr"));
  if (rows.length === 0) return;
  const at = rows.findIndex((r) => r === chosen());
  const next = Math.min(Math.max(at + step, 0), rows.length - 1);
  rows.forEach((r, i) => r.toggleAttribute("aria-selected", false));
  rows[next].setAttribute("aria-selected", "true");
  rows[next].scrollIntoView({ block: "nearest" });
}
