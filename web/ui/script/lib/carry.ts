// The code flies from the member's phone to the till's camera.
import { type Device, frame, inside } from "./frames";

const flight = 520; // Milliseconds: long enough to follow with the eyes.

export async function carry(): Promise<void> {
  const picture = inside("member")?.querySelector<Element>("[data-code] svg.qr");
  const camera = inside("till")?.querySelector<Element>("[data-scanner]");
  if (!picture || !camera) return;
  const from = place("member", picture);
  const to = place("till", camera);
  const box = document.createElement("div");
  box.className = "flying";
  box.setAttribute("aria-hidden", "true");
  box.append(document.importNode(picture, true));
  document.body.append(box);
  const size = Math.min(to.width, to.height) * 0.42;
  const start = at(from.x, from.y, from.width / size);
  const middle = at((from.x + to.x + to.width / 2 - size / 2) / 2, Math.min(from.y, to.y) - 40, 1.15);
  const end = at(to.x + (to.width - size) / 2, to.y + (to.height - size) / 2, 1);
  box.style.width = size + "px";
  const movement = box.animate([{ transform: start }, { transform: middle, offset: 0.5 }, { transform: end }], { duration: flight, easing: "ease-in-out" });
  await movement.finished;
  box.remove();
}

function at(x: number, y: number, scale: number): string {
  return `translate(${x}px, ${y}px) scale(${scale})`;
}

/** Where something in a frame is on this page; frames are drawn smaller than they are. */
function place(device: Device, e: Element): DOMRect {
  const outer = frame(device).getBoundingClientRect();
  const inner = e.getBoundingClientRect();
  const scale = outer.width / frame(device).clientWidth;
  return new DOMRect(outer.x + inner.x * scale, outer.y + inner.y * scale, inner.width * scale, inner.height * scale);
}
