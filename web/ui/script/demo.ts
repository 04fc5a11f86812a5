// The demo's page: three real apps in frames of our own origin. What is said
// is read off the frames, and the next step presses what a person would press
// there. Only the cashier is another party's page, which cannot be read: while
// a frame shows it, the visitor has to press.
import { fit } from "./lib/stage";
import { carry } from "./lib/carry";
import { type Device, frame, inside, go, load, path, ready, send } from "./lib/frames";

const stage = document.querySelector<HTMLElement>("[data-stage]")!;
const next = stage.querySelector<HTMLButtonElement>("[data-do=next]")!;
const till = frame("till").getAttribute("src")!;
const bill = stage.dataset.bill ?? "";
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Where the play is; "" while a frame is on its way. */
function now(): string {
  if (!inside("member")) return "cashier";
  if (!ready("member") || !ready("till") || !ready("console")) return "";
  return atTill() || atMember();
}

/** What the till says, when it is the till's turn. */
function atTill(): string {
  if (has("till", ".whole.bad")) return "refused";
  if (has("till", "[data-once^='undone/']")) return "undone";
  if (has("till", "form[action$='/accept']")) return "accept";
  if (has("till", "form[action$='/price']")) return "enter";
  return "";
}

function atMember(): string {
  const at = path("member");
  if (has("member", "[data-once^='paid/']")) return afterPaid();
  if (has("member", "form[action$='/confirm']")) return "confirm";
  if (has("member", "form[action^='/s/'][action$='/pay']")) return "agree";
  if (has("member", "form[action^='/s/'] #bill")) return "sign";
  if (code()) return "code";
  if (at === "/card" && has("member", "[data-code]")) return "";
  if (at === "/card" && has("member", "form[action^='/buy/']")) return "sell";
  if (at.startsWith("/passes/")) return "bought";
  if (!at.startsWith("/pay/")) return "open";
  if (has("member", "[data-fault], .refusal")) return "refused";
  return has("member", "form[action$='/cancel']") ? stray() : "";
}

/** A bill that is open while the till looks elsewhere: the till is led to it. */
function stray(): string {
  const at = path("member").replace("/pay/", "/till/bills/");
  if (path("till") === till && !has("till", ".request-in") && at !== strayed) go("till", (strayed = at));
  return "";
}
let strayed = "";

/** When both know that it is paid, the console tells how far the walk through the books is. */
function afterPaid(): string {
  if (path("till").startsWith("/till/bills/") && !has("till", "[data-once^='paid/']")) return "";
  const at = path("console");
  if (at.startsWith("/console/redemptions/")) return "record";
  if (at.startsWith("/console/statements")) return "statement";
  return at === "/console/proof" ? "proof" : "paid";
}

function has(device: Device, selector: string): boolean {
  return !!inside(device)?.querySelector(selector);
}

/** The digits on the member's phone, if there are any. */
function code(): string {
  const digits = inside("member")?.querySelector("[data-code] .code-digits")?.textContent?.replace(/\s/g, "") ?? "";
  return /^77\d{16}$/.test(digits) ? digits : "";
}

// What the next step does, and on which device it is seen.
const steps: Record<string, [Device, () => unknown]> = {
  open: ["member", () => go("member", "/card")],
  code: ["till", take],
  enter: ["till", () => type("till", "form[action$='/price']")],
  confirm: ["member", () => send("member", "form[action$='/confirm']")],
  paid: ["console", () => go("console", path("member").replace("/pay/", "/console/redemptions/"))],
  record: ["console", () => go("console", statement())],
  statement: ["console", () => go("console", "/console/proof")],
  proof: ["member", reset],
  sign: ["member", () => type("member", "form[action^='/s/']")],
  agree: ["member", () => send("member", "form[action^='/s/'][action$='/pay']")],
  accept: ["till", () => send("till", "form[action$='/accept']")],
  sell: ["member", () => send("member", "form[action^='/buy/']")],
  bought: ["member", () => go("member", "/card")],
  refused: ["member", reset],
  undone: ["member", reset],
};

// The device on which one sees what the step is about.
const seen: Record<string, Device> = {
  enter: "till", accept: "till", record: "console", statement: "console", proof: "console", undone: "till",
};

/** The statement that the redemption's page leads to, else the list of them. */
function statement(): string {
  const link = inside("console")?.querySelector("#main a[href^='/console/statements/']");
  return link?.getAttribute("href") ?? "/console/statements";
}

/** Holds the member's phone before the till's camera. */
async function take(): Promise<void> {
  if (!has("till", "[data-scanner]")) await load("till", till);
  const digits = code();
  if (!digits) return;
  if (!calm && !single.matches) await carry();
  send("till", "[data-scanner] form", (form) => {
    form.querySelector<HTMLInputElement>("input[name=code]")!.value = digits;
  });
}

/** Enters the bill, key by key, and sends it. */
async function type(device: Device, selector: string): Promise<void> {
  const field = inside(device)?.querySelector<HTMLInputElement>(selector + " #bill");
  for (let n = calm ? bill.length : 1; field && n <= bill.length; n++) {
    field.value = bill.slice(0, n);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    if (n < bill.length) await pause(90);
  }
  if (!calm) await pause(250);
  send(device, selector);
}

/** Gives up what is open and puts every device back to its beginning. */
async function reset(): Promise<void> {
  const open = inside("member")?.querySelector<HTMLFormElement>("form[action$='/cancel']");
  if (open) {
    await fetch(open.action, { method: "POST", body: new URLSearchParams(new FormData(open) as never), credentials: "same-origin" });
  }
  strayed = "";
  await Promise.all((["member", "till", "console"] as const).map((d) => load(d, frame(d).getAttribute("src")!)));
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

// A press holds until the play has moved on, or for so long that it has not.
const patience = 6000;
let pressed = 0;
let shown = "";

async function press(what: string, device: Device | undefined, act: () => unknown): Promise<void> {
  if (pressed) return;
  pressed = Date.now();
  shown = what;
  look();
  if (device) show(device);
  try {
    await act();
  } catch {
    pressed = 0; // A device was on its way elsewhere: one may press again.
  }
}

/** Says where the play is. A frame on its way changes nothing that is said. */
function look(): void {
  const at = now();
  if (pressed && ((at && at !== shown) || Date.now() - pressed > patience)) pressed = 0;
  next.setAttribute("aria-disabled", String(!!pressed || !at || !steps[at]));
  if (!at || at === stage.dataset.at || pressed) return;
  stage.dataset.at = at;
  stage.querySelectorAll<HTMLElement>("[data-step]").forEach((caption) => {
    const on = caption.dataset.step === at;
    caption.classList.toggle("now", on);
    if (on) point(Number(caption.dataset.at), caption.dataset.next ?? "");
  });
  show(seen[at] ?? "member");
}

/** How far along it is, and what the button will do. */
function point(n: number, what: string): void {
  stage.querySelectorAll<HTMLElement>("[data-point]").forEach((p) => {
    const at = Number(p.dataset.point);
    p.dataset.is = at === n ? "now" : at < n ? "done" : "";
  });
  stage.querySelector("[data-next-what]")!.textContent = what;
}

// A small screen has room for one device, a middling one for two.
const single = matchMedia("(max-width: 719px)");
const stacked = matchMedia("(min-width: 720px) and (max-width: 1119px)");

function show(device: Device): void {
  if (stacked.matches) frame(device).scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  stage.querySelectorAll<HTMLElement>("[data-device]").forEach((d) => d.classList.toggle("shown", d.dataset.device === device));
  stage.querySelectorAll<HTMLElement>("[data-show]").forEach((b) => b.setAttribute("aria-pressed", String(b.dataset.show === device)));
}

stage.addEventListener("click", (e) => {
  const button = (e.target as Element).closest<HTMLElement>("[data-do], [data-show]");
  if (!button || button.getAttribute("aria-disabled") === "true") return;
  if (button.dataset.show) return show(button.dataset.show as Device);
  const at = now();
  switch (button.dataset.do) {
    case "next":
      if (steps[at]) void press(at, ...steps[at]);
      break;
    case "carry":
      if (at === "code") void press(at, ...steps.code);
      else if (at === "open" || at === "bought") void press(at, ...steps.open);
      break;
    case "sign":
      void press(at, "member", () => reset().then(() => go("member", stage.dataset.sign!)));
      break;
    case "reset":
      void press(at, "member", reset);
  }
  if (single.matches && button.closest("[data-more]")) stage.querySelector("[data-more]")!.removeAttribute("open");
});

if (single.matches) stage.querySelector("[data-more]")?.removeAttribute("open");
fit(stage, stage.dataset.hint ?? "");
setInterval(look, 200);
