// Sound for a loud shop: [data-speak] is a sentence said aloud once when it
// arrives, [data-chime] is "good" or "bad". Browsers allow sound only after
// the person touched the page, which at a till has always happened.
import { each } from "./page";

const said = new Set<string>();

export function spoken(root: ParentNode): void {
  each(root, "[data-chime], [data-speak]", (e) => {
    // The same news may arrive twice: once with the page, once live.
    const key = e.dataset.once ?? e.dataset.speak ?? "";
    if (said.has(key) || remembered(key)) return;
    said.add(key);
    if (e.dataset.chime) chime(e.dataset.chime === "good");
    if (e.dataset.speak) speak(e.dataset.speak);
  });
}

function remembered(key: string): boolean {
  try {
    if (sessionStorage.getItem("said") === key) return true;
    sessionStorage.setItem("said", key);
  } catch {
    // Saying it twice is better than not at all.
  }
  return false;
}

/** Two notes up for good, one low for bad. */
function chime(good: boolean): void {
  try {
    const audio = new AudioContext();
    const notes = good ? [660, 990] : [196];
    notes.forEach((pitch, i) => {
      const at = audio.currentTime + i * 0.14;
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.type = good ? "sine" : "triangle";
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.0001, at);
      volume.gain.exponentialRampToValueAtTime(0.4, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, at + (good ? 0.32 : 0.5));
      tone.connect(volume).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.6);
    });
    setTimeout(() => void audio.close(), 1500);
    navigator.vibrate?.(good ? [60] : [160, 80, 160]);
  } catch {
    // No sound here; the whole screen says it too.
  }
}

function speak(sentence: string): void {
  if (!("speechSynthesis" in window)) return;
  const words = new SpeechSynthesisUtterance(sentence);
  words.lang = document.documentElement.lang;
  words.rate = 1.05;
  speechSynthesis.cancel();
  speechSynthesis.speak(words);
}
