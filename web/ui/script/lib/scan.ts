// The camera. A page that has [data-scanner] opens it at once; what it reads
// goes into the field of its form, and the form is sent. The browser's own
// reader is used where there is one, else zxing, which loads only then.
// Payment codes of others are refused here and never sent.
import { foreign, ours } from "./foreign";
import { announce, each } from "./page";
import wasm from "../../vendor/zxing-wasm/reader/zxing_reader.wasm";

type Read = (video: HTMLVideoElement) => Promise<string[]>;

const pace = 120; // Milliseconds between two looks.

export function scanner(root: ParentNode): void {
  each<HTMLFormElement>(root, "form:has([data-foreign])", guard);
  each(root, "[data-scanner]", (box) => void new Scanner(box).open());
}

/** Keeps typed payment codes in the browser. */
function guard(form: HTMLFormElement): void {
  const field = form.querySelector<HTMLInputElement>("[data-foreign]")!;
  form.addEventListener(
    "submit",
    (e) => {
      if (!foreign(field.value)) {
        field.setCustomValidity("");
        return;
      }
      e.preventDefault();
      e.stopImmediatePropagation();
      field.value = "";
      field.setCustomValidity(field.dataset.foreign ?? "");
      field.reportValidity();
      announce(field.dataset.foreign ?? "");
    },
    { capture: true },
  );
  field.addEventListener("input", () => field.setCustomValidity(""));
}

class Scanner {
  private video: HTMLVideoElement;
  private line: HTMLElement | null;
  private stream: MediaStream | null = null;
  private sent = false;
  private refused = "";

  constructor(private box: HTMLElement) {
    this.video = box.querySelector("video")!;
    this.line = box.querySelector("[data-scanner-say]");
  }

  async open(): Promise<void> {
    this.wire();
    await this.start();
  }

  /** A camera that nobody looks through is switched off. */
  private wire(): void {
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.stop();
      else if (!this.stream && this.box.isConnected) void this.start();
    });
    window.addEventListener("pagehide", () => this.stop());
    this.box.querySelector("[data-torch]")?.addEventListener("click", (e) => void this.torch(e.currentTarget as HTMLElement));
  }

  private async start(): Promise<void> {
    if (!navigator.mediaDevices?.getUserMedia || !permitted()) return this.say("none");
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
      });
    } catch (e) {
      return this.say((e as DOMException).name === "NotAllowedError" ? "denied" : "none");
    }
    this.video.srcObject = this.stream;
    await this.video.play();
    this.say("aim");
    this.offerTorch();
    try {
      await this.watch(await reader());
    } catch {
      this.say("none");
    }
  }

  private stop(): void {
    this.stream?.getTracks().forEach((t) => t.stop());
    this.stream = null;
  }

  private async watch(read: Read): Promise<void> {
    while (this.stream && this.box.isConnected && !this.sent) {
      if (this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
        for (const text of await read(this.video)) this.take(text);
      }
      await new Promise((r) => setTimeout(r, pace));
    }
    if (!this.box.isConnected) this.stop();
  }

  /** What the camera read: ours is sent, anything else is told apart. */
  private take(text: string): void {
    if (this.sent) return;
    if (foreign(text)) return this.refuse("foreign", text);
    if (!ours(text)) return this.refuse("unknown", text);
    const form = this.box.querySelector<HTMLFormElement>("form");
    const field = form?.querySelector<HTMLInputElement>("input[name=code]");
    if (!form || !field) return;
    this.sent = true;
    field.value = text.replace(/\s/g, "");
    this.box.classList.add("caught");
    navigator.vibrate?.(40);
    form.requestSubmit();
  }

  private refuse(why: string, text: string): void {
    if (this.refused === text) return;
    this.refused = text;
    this.say(why);
  }

  private say(what: string): void {
    const text = this.box.getAttribute("data-say-" + what) ?? "";
    if (this.line) this.line.textContent = text;
    if (what !== "aim") announce(text);
  }

  private track(): MediaStreamTrack | undefined {
    return this.stream?.getVideoTracks()[0];
  }

  private offerTorch(): void {
    const can = (this.track()?.getCapabilities?.() as { torch?: boolean } | undefined)?.torch;
    const button = this.box.querySelector<HTMLElement>("[data-torch]");
    if (button) button.hidden = !can;
  }

  private async torch(button: HTMLElement): Promise<void> {
    const on = button.getAttribute("aria-pressed") !== "true";
    await this.track()?.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] });
    button.setAttribute("aria-pressed", String(on));
  }
}

/** Whether the page that frames this one lets it have the camera; alone it may. */
function permitted(): boolean {
  return (document as any).featurePolicy?.allowsFeature("camera") ?? true;
}

/** The browser's reader of QR codes, or zxing. */
async function reader(): Promise<Read> {
  const Detector = (window as any).BarcodeDetector;
  if (Detector && (await Detector.getSupportedFormats()).includes("qr_code")) {
    const detector = new Detector({ formats: ["qr_code", "code_128"] });
    return async (video) => (await detector.detect(video)).map((c: { rawValue: string }) => c.rawValue);
  }
  const zxing = await import("../../vendor/zxing-wasm/reader/index.js");
  zxing.prepareZXingModule({ overrides: { locateFile: () => wasm } });
  const canvas = document.createElement("canvas");
  const draw = canvas.getContext("2d", { willReadFrequently: true })!;
  return async (video) => {
    // Half a megapixel is plenty for a code that fills a third of the view.
    const scale = Math.min(1, 800 / video.videoWidth);
    canvas.width = video.videoWidth * scale;
    canvas.height = video.videoHeight * scale;
    draw.drawImage(video, 0, 0, canvas.width, canvas.height);
    const image = draw.getImageData(0, 0, canvas.width, canvas.height);
    const found = await zxing.readBarcodes(image, { formats: ["QRCode", "Code128"], tryHarder: false, maxNumberOfSymbols: 2 });
    return found.map((c: { text: string }) => c.text);
  };
}
