// Visits of reviewers: the form that is filled in at a shop, and the list of
// what waits on this phone. Both work without a network once they were opened.
// Where the browser keeps nothing, the form stays a plain form.
import { onArrival } from "./lib/page";
import { visitForm } from "./lib/visitform";
import { visitQueue } from "./lib/visitqueue";
import { keeps } from "./lib/visitstore";

void keeps().then((ok) => {
  if (!ok) return;
  onArrival(visitForm);
  onArrival(visitQueue);
});
