// What the pages of staff do with scripts on: keys, and staying as the service is. Everything works without.
import { follow } from "./live.js";
import { listen } from "./keys.js";

listen(document);
follow(document);
