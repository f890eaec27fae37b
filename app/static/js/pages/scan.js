// Reads login cards with the phone's camera. Without a camera the code field and the list work.
// Where there is a camera the page is secure, so crypto.randomUUID is there too.
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

const PAUSE = 120; // ms between two pictures
const SAME_CARD = 4000; // ms in which a card that stays in sight is not sent again
const AGAIN = 3000; // ms before a scan that did not arrive is sent once more
const LONGEST_LOG = 8;
const WIDTH = 640; // pixels of the picture that is searched; enough for a card at 15 cm

const box = document.querySelector("[data-scanner]");
const form = document.querySelector("[data-scan-form]");
const part = (name) => box.querySelector(`[data-${name}]`);
const video = box?.querySelector("video");
const canvas = document.createElement("canvas");
const seen = new Map();
const waiting = [];
const here = new Set();
let sending = false;
let sound;

function say(text, tone = "") {
  part("said").textContent = text;
  part("said").className = `scan-said ${tone}`;
}

// Two short notes for a new name, one low note for anything else; a phone also shakes.
function signal(tone) {
  navigator.vibrate?.(tone === "new" ? 80 : [60, 60, 60]);
  if (!sound) return;
  const notes = { new: [880, 1320], again: [660], refused: [220, 220] }[tone];
  notes.forEach((height, place) => {
    const from = sound.currentTime + place * 0.13;
    const tone = sound.createOscillator();
    const loudness = sound.createGain();
    tone.frequency.value = height;
    loudness.gain.setValueAtTime(0.25, from);
    loudness.gain.exponentialRampToValueAtTime(0.001, from + 0.12);
    tone.connect(loudness).connect(sound.destination);
    tone.start(from);
    tone.stop(from + 0.13);
  });
}

function note(text) {
  const line = document.createElement("li");
  line.textContent = text;
  part("log").prepend(line);
  while (part("log").children.length > LONGEST_LOG) part("log").lastChild.remove();
}

function showUnsent() {
  const line = part("unsent-line");
  line.hidden = waiting.length === 0;
  line.textContent = box.dataset.unsent.replace("#", waiting.length);
}

function take(answer) {
  say(answer.message, answer.state);
  signal(answer.state);
  note(answer.message);
  if (answer.state === "new" && !here.has(answer.person)) {
    here.add(answer.person);
    part("count").textContent = Number(box.dataset.here) + here.size;
  }
}

// Every scan is an event with an id of its own, so that sending it twice changes nothing.
async function send(scan) {
  const fields = new FormData(form);
  fields.set("event_id", scan.id);
  fields.set("scanned", scan.text);
  fields.set("device_at", scan.at);
  fields.set("delay_ms", Math.round(performance.now() - scan.moment));
  const answer = await fetch(form.action, { method: "post", body: fields, headers: { Accept: "application/json" } });
  if (answer.status >= 500 || !answer.headers.get("Content-Type")?.includes("json")) throw new Error(answer.status);
  const told = await answer.json();
  // A page of an error has no state of its own.
  return { state: answer.ok ? told.state : "refused", message: told.message, person: told.person };
}

async function sendAll() {
  if (sending) return;
  sending = true;
  while (waiting.length) {
    try {
      const answer = await send(waiting[0]);
      waiting.shift();
      take(answer);
    } catch {
      setTimeout(sendAll, AGAIN);
      break;
    } finally {
      showUnsent();
    }
  }
  sending = false;
}

function found(text) {
  const last = seen.get(text);
  seen.set(text, performance.now());
  if (last !== undefined && performance.now() - last < SAME_CARD) return;
  waiting.push({ id: crypto.randomUUID(), text, at: new Date().toISOString(), moment: performance.now() });
  sendAll();
}

async function search() {
  const scale = Math.min(1, WIDTH / video.videoWidth);
  canvas.width = video.videoWidth * scale;
  canvas.height = video.videoHeight * scale;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(video, 0, 0, canvas.width, canvas.height);
  const picture = pen.getImageData(0, 0, canvas.width, canvas.height);
  const codes = await readBarcodes(picture, { formats: ["QRCode"], maxNumberOfSymbols: 1 });
  for (const code of codes) if (code.text) found(code.text);
}

// A picture that cannot be searched (a phone that was just turned has none) is followed by others.
async function look() {
  try {
    if (video.readyState >= video.HAVE_CURRENT_DATA && !document.hidden) await search();
  } finally {
    setTimeout(look, PAUSE);
  }
}

async function start() {
  const button = part("start");
  button.disabled = true;
  say(box.dataset.starting);
  try {
    sound = new AudioContext(); // allowed now: a button was pressed
  } catch {
    sound = undefined;
  }
  try {
    await prepareZXingModule({ overrides: { locateFile: () => box.dataset.wasm }, fireImmediately: true });
  } catch {
    say(box.dataset.failed, "refused");
    button.disabled = false;
    return;
  }
  try {
    const wanted = { facingMode: "environment", width: { ideal: 1280 } };
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    await video.play();
  } catch (error) {
    say(error.name === "NotAllowedError" ? box.dataset.denied : box.dataset.missing, "refused");
    button.disabled = false;
    return;
  }
  box.classList.add("running");
  button.hidden = true;
  say(box.dataset.ready);
  look();
}

if (box && form) {
  box.hidden = false;
  if (navigator.mediaDevices?.getUserMedia && typeof WebAssembly === "object") {
    part("start").addEventListener("click", start);
  } else {
    part("start").hidden = true;
    say(box.dataset.missing, "refused");
  }
  addEventListener("online", sendAll);
  addEventListener("beforeunload", (event) => waiting.length && event.preventDefault());
}
