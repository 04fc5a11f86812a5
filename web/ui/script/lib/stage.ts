// The demo's devices are drawn as large as there is room. Their sizes are set
// by script, because a style sheet cannot divide a length by a length
// everywhere yet.

const phone = { width: 414, height: 868 }; // With its case, see demo.css.
const between = 136; // What stands beside and between two phones.
const desk = { width: 1020, least: 0.5 }; // The console's width at full size.

export function fit(stage: HTMLElement, hint: string): void {
  const measure = () => resize(stage);
  new ResizeObserver(measure).observe(stage.querySelector("[data-devices]")!);
  window.addEventListener("resize", measure);
  measure();
  stage.querySelectorAll<HTMLIFrameElement>("iframe").forEach((frame) => {
    const dress = () => within(frame, hint);
    frame.addEventListener("load", dress);
    dress();
  });
  const tick = () => clock(stage);
  tick();
  setInterval(tick, 200);
}

function resize(stage: HTMLElement): void {
  const slot = stage.querySelector<HTMLElement>("[data-device=member] [data-slot]")!;
  const row = stage.querySelector<HTMLElement>("[data-devices]")!;
  const wide = matchMedia("(min-width: 1120px)").matches;
  const height = wide ? slot.clientHeight : Infinity;
  const scale = Math.min(1, height / phone.height, (row.clientWidth - between) / 2 / phone.width);
  stage.style.setProperty("--scale", scale.toFixed(4));
  const desktop = stage.querySelector<HTMLElement>("[data-device=console] [data-slot]")!;
  const small = Math.max(desk.least, Math.min(1, desktop.clientWidth / desk.width));
  stage.style.setProperty("--desk", small.toFixed(4));
  stage.style.setProperty("--desk-width", desktop.clientWidth / small + "px");
  stage.style.setProperty("--desk-height", desktop.clientHeight / small + "px");
}

/** What makes a page in a frame look as on the device itself: no scroll bars of a desktop, and a word about the camera that is not there. */
function within(frame: HTMLIFrameElement, hint: string): void {
  const page = frame.contentDocument;
  if (!page?.documentElement) return;
  page.documentElement.style.scrollbarWidth = "none";
  page.querySelectorAll<HTMLElement>("[data-scanner]").forEach((box) => {
    box.dataset.sayDenied = box.dataset.sayNone = hint;
    const line = box.querySelector("[data-scanner-say]");
    if (line) line.textContent = hint;
  });
}

/** The line at the top of the phones: the time, and the colour of a screen that is one answer. */
function clock(stage: HTMLElement): void {
  const time = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  stage.querySelectorAll<HTMLElement>("[data-device]").forEach((device) => {
    const line = device.querySelector("[data-time]");
    if (line && line.textContent !== time) line.textContent = time;
    const page = device.querySelector("iframe")?.contentDocument;
    device.dataset.tone = page?.querySelector(".whole.good") ? "good" : page?.querySelector(".whole.bad") ? "bad" : "";
  });
}
