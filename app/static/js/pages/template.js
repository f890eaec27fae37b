// Draws the preview of a template again, a moment after the last change. Without this script the
// button "Preview" does the same.
const PAUSE = 1200; // milliseconds
const form = document.querySelector("form[data-template]");
const place = form.querySelector("[data-pictures]");
let timer = 0;
let asked = 0;

async function draw() {
  const mine = ++asked;
  const data = new FormData(form);
  data.set("action", "preview");
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body: data, credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-pictures]");
    if (mine !== asked || !fresh) return;
    const summary = page.querySelector("[data-error-summary]");
    place.replaceChildren(...(summary ? [summary] : []), ...fresh.children);
  } catch {
    // No connection: the picture of before stays, and the button is still there.
  } finally {
    place.removeAttribute("aria-busy");
  }
}

form.addEventListener("change", () => {
  clearTimeout(timer);
  timer = setTimeout(draw, PAUSE);
});
