// The entry of every page: what makes a page that already works nicer to use.
import { countdowns } from "./lib/countdown";
import { copies } from "./lib/copy";
import { forms } from "./lib/form";
import { keypads } from "./lib/keypad";
import { keys } from "./lib/keys";
import { leave } from "./lib/leave";
import { live } from "./lib/live";
import { moments } from "./lib/moment";
import { offline } from "./lib/offline";
import { onArrival } from "./lib/page";

onArrival(forms);
onArrival(countdowns);
onArrival(copies);
onArrival(keypads);
onArrival(moments);
live();
keys();
leave();
offline();
