// Suggestions while one types. [data-suggest="/path"] holds a search form: what
// is typed is completed by the server's list, which the arrows walk through,
// Enter takes and Escape puts away. Without script, or without a network, it is
// a search box as before.
import { announce, each, onArrival, parse } from "./lib/page";

const pause = 120; // Milliseconds without a key before the server is asked.
const patience = 4000;
const keptMax = 60;

class Suggest {
  private list = document.createElement("ul");
  private kept = new Map<string, HTMLLIElement[]>();
  private timer = 0;
  private asking?: AbortController;
  private at = -1;

  constructor(private place: HTMLElement, private input: HTMLInputElement) {
    this.list.id = input.id + "-options";
    this.list.className = "suggestions";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", place.dataset.suggestLabel ?? "");
    (input.closest(".field") ?? input.parentElement!).append(this.list);
    const set = (name: string, value: string) => input.setAttribute(name, value);
    set("role", "combobox");
    set("aria-autocomplete", "list");
    set("aria-controls", this.list.id);
    set("aria-expanded", "false");
    input.addEventListener("input", () => this.typed());
    input.addEventListener("keydown", (e) => this.key(e));
    input.addEventListener("blur", () => this.close());
    // The field keeps the focus while a finger chooses.
    this.list.addEventListener("mousedown", (e) => e.preventDefault());
    this.list.addEventListener("click", (e) => this.take((e.target as Element).closest("li")));
    input.form!.addEventListener("submit", () => this.stop());
  }

  private options(): HTMLLIElement[] {
    return [...this.list.children] as HTMLLIElement[];
  }

  private typed(): void {
    this.stop();
    const text = this.input.value.trim();
    if (text === "") return this.close();
    const known = this.kept.get(text);
    if (known) return this.show(known);
    this.timer = window.setTimeout(() => void this.ask(text), pause);
  }

  /** What was asked before is not wanted any more. */
  private stop(): void {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.asking = undefined;
  }

  private async ask(text: string): Promise<void> {
    const asking = (this.asking = new AbortController());
    const late = window.setTimeout(() => asking.abort(), patience);
    try {
      const answer = await fetch(this.place.dataset.suggest + "?q=" + encodeURIComponent(text), {
        headers: { "X-Fragment": "1" },
        signal: asking.signal,
      });
      if (!answer.ok) return;
      const found = [...parse(await answer.text()).querySelectorAll("li")];
      if (this.kept.size >= keptMax) this.kept.clear();
      this.kept.set(text, found);
      if (this.asking === asking && document.activeElement === this.input) this.show(found);
    } catch {
      // Another key was pressed, or the network is away: the box still searches.
    } finally {
      clearTimeout(late);
    }
  }

  private show(found: HTMLLIElement[]): void {
    this.at = -1;
    this.list.replaceChildren(...found.map((li, i) => {
      const option = document.importNode(li, true);
      option.id = this.list.id + "-" + i;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      return option;
    }));
    this.input.removeAttribute("aria-activedescendant");
    this.open(found.length > 0);
    const word = found.length > 0 ? this.place.dataset.suggestSome : this.place.dataset.suggestNone;
    announce((word ?? "").replace("{n}", String(found.length)));
  }

  private open(on: boolean): void {
    this.list.hidden = !on;
    this.input.setAttribute("aria-expanded", String(on));
  }

  private close(): void {
    this.mark(-1);
    this.open(false);
  }

  private mark(at: number): void {
    const all = this.options();
    all[this.at]?.setAttribute("aria-selected", "false");
    this.at = at;
    const option = all[at];
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  private key(e: KeyboardEvent): void {
    if (e.isComposing) return; // The keys are the input method's.
    const n = this.list.children.length;
    const shown = !this.list.hidden;
    switch (e.key) {
      case "ArrowDown":
      case "ArrowUp":
        if (n === 0) return;
        this.open(true);
        // One place more than there are options: the field itself.
        this.mark(((this.at + 1 + (e.key === "ArrowDown" ? 1 : n)) % (n + 1)) - 1);
        break;
      case "Enter":
        if (!shown || this.at < 0) return;
        this.take(this.options()[this.at]);
        break;
      case "Escape":
        if (!shown) return;
        this.stop();
        this.close();
        break;
      default:
        return;
    }
    e.preventDefault();
  }

  private take(option: Element | null | undefined): void {
    if (!(option instanceof HTMLLIElement)) return;
    this.input.value = option.dataset.value ?? "";
    this.stop();
    this.close();
    this.input.form!.submit();
  }
}

onArrival((root) => each<HTMLElement>(root, "[data-suggest]", (place) => {
  const input = place.querySelector<HTMLInputElement>("input[type=search]");
  const saving = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData;
  if (input?.form && !saving) new Suggest(place, input);
}));
