// Times as the reader's phone tells them: <time datetime="..." data-moment>.
import { each } from "./page";

export function moments(root: ParentNode): void {
  each<HTMLTimeElement>(root, "time[data-moment]", (e) => {
    const at = new Date(e.dateTime);
    if (isNaN(at.getTime())) return;
    const lang = document.documentElement.lang;
    const own = Intl.DateTimeFormat(lang).resolvedOptions().timeZone;
    // The programme's own time stays where it is; the reader's is added.
    if (e.dataset.zone && e.dataset.zone !== own) {
      e.title = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short" }).format(at);
    }
  });
}
