// Forms: one sending at a time, errors in sight, answers saved as they are given.
// By hand, because crypto.randomUUID is closed on a plain http address in a classroom.
function newEventId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function sendOnce() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    form.querySelectorAll("[type=submit]").forEach((button) => button.setAttribute("aria-disabled", "true"));
  });
  // Coming back by the Back button: the form may be sent again.
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
    }
  });
}

function showErrors() {
  const summary = document.querySelector("[data-error-summary]");
  if (!summary) return;
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    const control = field.matches("fieldset") ? field.querySelector("input") : field;
    control.focus();
  });
}

// The server answers a saved answer with any success; a way to the sign-in page is none.
function autosave(form) {
  const status = form.querySelector("[data-save-status]") || document.querySelector("[data-save-status]");
  let turn = 0;
  const say = (state) => {
    if (!status) return;
    status.textContent = status.dataset[state];
    status.className = `save-status ${state}`;
  };
  const save = async () => {
    const mine = ++turn;
    say("saving");
    try {
      const answer = await fetch(form.action, {
        method: "post",
        body: new FormData(form),
        headers: { "X-Autosave": "1" },
        keepalive: true,
      });
      if (mine !== turn) return;
      say(answer.ok && !answer.url.includes("/sign-in") ? "saved" : "failed");
      // The server says in words what is wrong with the answer itself.
      if (answer.status === 422 && status) status.textContent = await answer.text();
    } catch {
      if (mine === turn) say("failed");
    }
  };
  // Other content is another event; the sequence lets the server know the last of quick ones.
  form.addEventListener("input", () => {
    const fields = form.elements;
    if (fields.event_id) fields.event_id.value = newEventId();
    if (fields.sequence) fields.sequence.value = Number(fields.sequence.value) + 1;
  });
  form.addEventListener("change", save);
  // Without a line the answer stays in sight; leaving would show the browser's own error page.
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    say("failed");
    status?.scrollIntoView({ block: "center" });
  });
  addEventListener("online", () => status?.classList.contains("failed") && save());
}

export function improveForms() {
  sendOnce();
  showErrors();
  document.querySelectorAll("form[data-autosave]").forEach(autosave);
}
