// Grading on a phone: find a name while typing, time the attempt, and keep what was marked when the
// tab is thrown away. Without this file a button searches, two fields hold the time, and a reload
// empties the sheet.

function plain(text) {
  return text.normalize("NFD").replace(/[\u0300-\u036f\s\u200b]/g, "").replace(/đ/gi, "d").toLowerCase();
}

function filterPeople(form) {
  const list = document.querySelector(form.dataset.filter);
  const field = form.querySelector("[type=search]");
  if (!list || !field) return;
  const lines = [...list.querySelectorAll("[data-names]")];
  const none = list.querySelector("[data-none]");
  const narrow = () => {
    const wanted = plain(field.value);
    for (const line of lines) {
      const isChosen = line.querySelector("input").checked;
      line.hidden = !isChosen && !plain(line.dataset.names).includes(wanted);
    }
    if (none) none.hidden = lines.some((line) => !line.hidden);
  };
  field.addEventListener("input", narrow);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    narrow();
  });
}

// The clock counts from what the fields hold, so that it can be stopped, mended and started again.
function runClock(box, form) {
  const face = box.querySelector("[data-clock-face]");
  const output = face.querySelector("output");
  const button = face.querySelector("button");
  const minutes = form.elements.minutes_used;
  const seconds = form.elements.seconds_used;
  const limit = Number(box.dataset.limit);
  let startedAt = 0;
  let before = 0;
  let ticking = 0;
  const inFields = () => Number(minutes.value || 0) * 60 + Number(seconds.value || 0);
  const show = (total) => {
    output.textContent = `${Math.floor(total / 60)}:${String(total % 60).padStart(2, "0")}`;
    box.classList.toggle("over", limit > 0 && total > limit);
  };
  const total = () => before + Math.floor((Date.now() - startedAt) / 1000);
  const write = (value) => {
    minutes.value = Math.floor(value / 60);
    seconds.value = value % 60;
    show(value);
  };
  const stop = () => {
    clearInterval(ticking);
    ticking = 0;
    write(total());
    button.textContent = button.dataset.start;
    minutes.dispatchEvent(new Event("change", { bubbles: true }));
  };
  face.hidden = false;
  show(inFields());
  button.addEventListener("click", () => {
    if (ticking) return stop();
    before = inFields();
    startedAt = Date.now();
    ticking = setInterval(() => write(total()), 250);
    button.textContent = button.dataset.stop;
  });
  for (const field of [minutes, seconds]) field.addEventListener("input", () => !ticking && show(inFields()));
  form.addEventListener("submit", () => ticking && stop());
  form.addEventListener("kapok:restored", () => show(inFields()));
}

// The draft: marks and times stay on the phone until the check is finished; texts, which may name
// people, only as long as the tab. Both are bound to the examiner, the sheet and the people (keys).
const PREFIX = "kapok-check ";
const OLDEST = 3 * 24 * 3600 * 1000;

function stored(where) {
  try {
    return globalThis[where];
  } catch {
    return null; // some built-in browsers refuse
  }
}

function read(where, name) {
  try {
    return JSON.parse(stored(where)?.getItem(name) || "null");
  } catch {
    return null;
  }
}

function write(where, name, value) {
  try {
    stored(where)?.setItem(name, JSON.stringify(value));
  } catch {
    // full or refused: the sheet still works
  }
}

function forgetWhere(test) {
  for (const where of ["localStorage", "sessionStorage"]) {
    const store = stored(where);
    for (const name of store ? Object.keys(store) : []) {
      if (name.startsWith(PREFIX) && test(name, read(where, name))) store.removeItem(name);
    }
  }
}

function fieldsOf(form) {
  const skipped = ["csrf_token", "event_id"];
  return [...form.elements].filter((field) => field.name && !skipped.includes(field.name));
}

function isMark(field) {
  return ["radio", "checkbox", "date"].includes(field.type) || field.matches("select, [inputmode=numeric]");
}

function valuesOf(fields) {
  const values = {};
  for (const field of fields) {
    if (!["radio", "checkbox"].includes(field.type)) values[field.name] = field.value;
    else if (field.checked) values[field.name] = field.value;
  }
  return values;
}

function fill(fields, values) {
  for (const field of fields) {
    const kept = values[field.name];
    if (["radio", "checkbox"].includes(field.type)) field.checked = kept === field.value;
    else if (kept !== undefined) field.value = kept;
  }
}

function keepDraft(form) {
  const name = PREFIX + form.dataset.draft;
  const owner = PREFIX + form.dataset.draft.split(" ")[0];
  // Another examiner's drafts, and old ones, do not stay on a shared phone.
  forgetWhere((each, draft) => !each.startsWith(owner) || !(Date.now() - draft?.at < OLDEST));
  const fields = fieldsOf(form);
  const marks = fields.filter(isMark);
  const texts = fields.filter((field) => !isMark(field) && field.type !== "hidden");
  const save = () => {
    const event = form.elements.event_id.value;
    write("localStorage", name, { at: Date.now(), event, values: valuesOf(marks) });
    write("sessionStorage", name, { at: Date.now(), event, values: valuesOf(texts) });
  };
  const draft = read("localStorage", name);
  const isNewer = "draftNewer" in form.dataset; // the server has just shown what was sent
  if (draft && !isNewer) {
    fill(marks, draft.values);
    fill(texts, read("sessionStorage", name)?.values || {});
    // The same event: if it had arrived after all, sending it again changes nothing.
    form.elements.event_id.value = draft.event;
    const line = form.querySelector("[data-restored]");
    if (line) line.hidden = false;
    form.dispatchEvent(new Event("kapok:restored"));
  }
  form.addEventListener("input", save);
  form.addEventListener("change", save);
  form.querySelector("[data-forget]")?.addEventListener("click", () => {
    forgetWhere((each) => each === name);
    location.reload();
  });
}

function showPaperBoxes() {
  const paper = document.querySelector("[data-paper]");
  if (!paper) return;
  const boxes = document.querySelectorAll("[data-paper-only]");
  const show = () => boxes.forEach((box) => (box.hidden = !paper.open));
  paper.addEventListener("toggle", show);
  show();
}

const done = document.querySelector("[data-finished]");
if (done) {
  const events = done.dataset.finished.split(" ");
  forgetWhere((_name, draft) => events.includes(draft?.event));
}
document.querySelectorAll("form[data-filter]").forEach(filterPeople);
document.querySelectorAll("[data-clock]").forEach((box) => runClock(box, box.closest("form")));
document.querySelectorAll("form[data-draft]").forEach(keepDraft);
showPaperBoxes();
