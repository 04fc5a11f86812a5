// The demo's frames: reading them, leading them elsewhere, sending their forms.

export type Device = "member" | "till" | "console";

export function frame(device: Device): HTMLIFrameElement {
  return document.querySelector<HTMLIFrameElement>(`[data-device=${device}] iframe`)!;
}

/** What a frame shows; null when it is another party's page. */
export function inside(device: Device): Document | null {
  return frame(device).contentDocument;
}

/** Whether a frame's page is there. */
export function ready(device: Device): boolean {
  const d = inside(device);
  return !!d && d.readyState === "complete" && d.location.protocol !== "about:";
}

export function path(device: Device): string {
  return inside(device)?.location.pathname ?? "";
}

/** Leads a frame to a page of ours, from another party's page too. */
export function go(device: Device, to: string): void {
  frame(device).contentWindow!.location.href = new URL(to, location.href).href;
}

/** Leads a frame to a page and waits until it is there. */
export function load(device: Device, to: string): Promise<void> {
  return new Promise((done) => {
    frame(device).addEventListener("load", () => done(), { once: true });
    go(device, to);
  });
}

/** Sends a form of a frame as a press of its button would. */
export function send(device: Device, selector: string, fill?: (form: HTMLFormElement) => void): void {
  const form = inside(device)?.querySelector<HTMLFormElement>(selector);
  if (!form) return;
  fill?.(form);
  form.requestSubmit();
}
