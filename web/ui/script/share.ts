// The share page: [data-share-save] keeps the picture that it names as a PNG,
// [data-share-send] hands it to the phone's own way of sending. Without script
// the picture and the link are there all the same.
import { each, onArrival } from "./lib/page";

onArrival((root) => {
  each<HTMLButtonElement>(root, "[data-share-save]", (button) => {
    button.hidden = false;
    button.addEventListener("click", () => run(button, save));
  });
  each<HTMLButtonElement>(root, "[data-share-send]", (button) => {
    button.hidden = !("share" in navigator);
    button.addEventListener("click", () => run(button, send));
  });
});

/** Runs what was pressed, and says how it went. */
async function run(button: HTMLButtonElement, what: (button: HTMLButtonElement) => Promise<string>): Promise<void> {
  let words: string;
  try {
    words = await what(button);
  } catch (e) {
    if ((e as Error).name === "AbortError") return; // Changed his mind.
    words = button.dataset.failed ?? "";
  }
  document.querySelector("[data-share-say]")!.textContent = words;
}

async function save(button: HTMLButtonElement): Promise<string> {
  const address = URL.createObjectURL(await picture(button.dataset.shareSave!));
  const link = document.createElement("a");
  link.href = address;
  link.download = button.dataset.name + ".png";
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
  return button.dataset.done ?? "";
}

async function send(button: HTMLButtonElement): Promise<string> {
  const about = { title: button.dataset.name, url: button.dataset.link };
  const files = [new File([await picture(button.dataset.shareSend!)], button.dataset.name + ".png", { type: "image/png" })];
  await navigator.share(navigator.canShare?.({ ...about, files }) ? { ...about, files } : about);
  return "";
}

/** The picture as a PNG, twice as large as it is drawn. */
async function picture(address: string): Promise<Blob> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(String(answer.status));
  const svg = URL.createObjectURL(new Blob([await answer.text()], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = svg;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth * 2;
    canvas.height = image.naturalHeight * 2;
    canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, failed) => canvas.toBlob((b) => (b ? done(b) : failed(new Error("no picture"))), "image/png"));
  } finally {
    URL.revokeObjectURL(svg);
  }
}
