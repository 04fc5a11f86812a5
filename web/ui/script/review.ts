// The keys of a review: 1, 2 and 3 choose the verdict, n and p go to the next
// and the previous shop, "?" shows the keys.

document.addEventListener("keydown", (e) => {
  if (e.metaKey || e.ctrlKey || e.altKey) return;
  if ((e.target as Element).closest("input:not([type=radio]), select, textarea")) return;
  if (e.key === "n") go("[data-review-next]");
  else if (e.key === "p") go("[data-review-prev]");
  else if (e.key === "?") {
    const help = document.querySelector<HTMLDetailsElement>("[data-keys-help]");
    if (!help) return;
    help.open = !help.open;
    if (help.open) help.scrollIntoView({ block: "nearest" });
  } else if (/^[1-9]$/.test(e.key)) choose(Number(e.key) - 1);
});

function go(where: string): void {
  document.querySelector<HTMLAnchorElement>(where)?.click();
}

/** Chooses a verdict and leads to it; the reason is what comes next. */
function choose(i: number): void {
  const choice = document.querySelectorAll<HTMLInputElement>("input[name=verdict]")[i];
  if (!choice) return;
  choice.checked = true;
  choice.focus();
  choice.closest("form")?.scrollIntoView({ block: "nearest" });
}
