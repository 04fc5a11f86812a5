// On to the cashier by itself, once: when staff accepted what the member agreed
// to at the sign, pressing one more button would be one too many. Who comes back
// from the cashier without paying finds the button.
import { each, onArrival } from "./lib/page";

onArrival((root) =>
  each(root, "[data-go]", (e) => {
    const to = e.dataset.go ?? "";
    const mark = "went:" + to;
    try {
      if (!to || sessionStorage.getItem(mark)) return;
      sessionStorage.setItem(mark, "1");
    } catch {
      return; // Without a memory it might go there for ever.
    }
    location.assign(to);
  }),
);
