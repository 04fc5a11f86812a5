// The till's camera, and what it says when something happened.
import { scanner } from "./lib/scan";
import { spoken } from "./lib/speak";
import { onArrival } from "./lib/page";

onArrival(scanner);
onArrival(spoken);
