// The checker: the signed facts of a code, checked on this phone alone.
import { judged } from "../believe.js";
import { prepareOffline } from "../offline.js";
import { canRead, loadReader, readFrom, showCamera } from "../reading.js";

const box = document.querySelector("[data-checker]");
const part = (name) => box.querySelector(`[data-${name}]`);
let list;
let asked = 0;

// As the site writes it: many browsers know no Lao and no Khmer dates.
function day(iso) {
  const [year, month, date] = iso.split("-").map(Number);
  return box.dataset.days.split("|")[month - 1].replace("@y", year).replace("@d", date);
}

function dayIn(moment, timeZone) {
  const wanted = { timeZone, year: "numeric", month: "2-digit", day: "2-digit" };
  const parts = new Intl.DateTimeFormat("en", wanted).formatToParts(moment);
  const part = (type) => parts.find((one) => one.type === type).value;
  return day(`${part("year")}-${part("month")}-${part("day")}`);
}

function minute(moment) {
  const two = (number) => String(number).padStart(2, "0");
  return `${dayIn(moment)} ${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

async function loadList() {
  try {
    const answer = await fetch(box.dataset.list, { credentials: "omit" });
    if (answer.ok) list = await answer.json();
  } catch {
    // The list of before stays, with its date.
  }
  part("list-line").hidden = !list;
  if (list) part("list-line").textContent = box.dataset.listed.replace("#", minute(new Date(list.as_of)));
}

function fill(claims) {
  const last = new Date(claims.ends * 1000 - 1000);
  const facts = {
    name: claims.name,
    latin: claims.latin,
    course: claims.course,
    awarded: day(claims.awarded),
    until: dayIn(last, list.timezone),
    serial: claims.serial,
    code: claims.code.match(/.{4}/g).join("-"),
  };
  for (const [name, text] of Object.entries(facts)) {
    part(`fact-${name}`).textContent = text;
    part(`fact-${name}`).closest("[data-row]").hidden = !text;
  }
  part("fact-name").lang = part("fact-course").lang = claims.language;
}

function show({ verdict, claims, code }) {
  for (const one of box.querySelectorAll("[data-verdict]")) {
    one.hidden = one.dataset.verdict !== verdict;
    for (const line of one.querySelectorAll("[data-dated]")) {
      line.textContent = line.dataset.dated.replace("#", list ? minute(new Date(list.as_of)) : "–");
    }
  }
  part("facts").hidden = !claims;
  if (claims) fill(claims);
  const online = part("online");
  online.hidden = !code;
  if (code) online.querySelector("a").href = `/v/${code}?lang=${document.documentElement.lang.slice(0, 2)}`;
  part("result").scrollIntoView({ block: "start" });
}

// Nothing of the person before may stand beside what is being checked.
function clear() {
  for (const one of box.querySelectorAll("[data-verdict]")) one.hidden = true;
  part("facts").hidden = part("online").hidden = true;
}

async function check(text) {
  const turn = ++asked;
  clear();
  try {
    const found = await judged(text, list, Date.now());
    if (turn !== asked) return; // something else was scanned meanwhile
    show(found);
  } catch {
    show({ verdict: "unread" });
  }
  part("result").focus({ preventScroll: true });
}

async function startCamera() {
  const button = part("start");
  button.disabled = true;
  part("said").textContent = box.dataset.starting;
  try {
    await loadReader(box.dataset.wasm);
  } catch {
    part("said").textContent = box.dataset.failed;
    button.disabled = false;
    return;
  }
  const video = box.querySelector("video");
  try {
    await showCamera(video);
  } catch (error) {
    part("said").textContent = error.name === "NotAllowedError" ? box.dataset.denied : box.dataset.missing;
    button.disabled = false;
    return;
  }
  box.classList.add("running");
  part("said").textContent = box.dataset.ready;
  readFrom(video, (text) => {
    box.classList.remove("running");
    part("said").textContent = "";
    button.disabled = false;
    check(text);
    return true;
  });
}

function offerCamera() {
  if (canRead()) part("start").addEventListener("click", startCamera);
  else part("start").hidden = true;
}

// The same facts in another language.
function keepFacts() {
  for (const link of document.querySelectorAll("[data-language]")) {
    link.addEventListener("click", () => {
      link.hash = location.hash;
    });
  }
}

async function begin() {
  box.hidden = false;
  part("form").addEventListener("submit", (event) => {
    event.preventDefault();
    check(part("form").querySelector("textarea").value);
  });
  offerCamera();
  keepFacts();
  await loadList();
  const opened = () => {
    if (location.hash.length > 1 || location.pathname.startsWith("/v/")) check(location.href);
  };
  addEventListener("hashchange", opened);
  addEventListener("online", loadList);
  opened();
  await prepareOffline();
  // The reader of pictures is large: only this page keeps it for a day without a network.
  if (canRead()) (await caches.open("kapok-check-reader")).add(box.dataset.wasm).catch(() => {});
}

if (box) begin();
