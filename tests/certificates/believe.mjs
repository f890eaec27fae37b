// What the offline checker of the pages reads in typed codes and says of links. Asked by stdin;
// prints one JSON line.
import { judged, normalCode } from "../../app/static/js/believe.js";

let input = "";
for await (const part of process.stdin) input += part;
const { typed = [], links = [], list, now } = JSON.parse(input);
const found = await Promise.all(links.map((link) => judged(link, list, now)));
console.log(JSON.stringify({ read: typed.map(normalCode), verdicts: found.map((one) => one.verdict) }));
